#include <stddef.h>
#include <stdint.h>

// What a C library does with a callback: it keeps both, and calls.
typedef void (*round_trip_function)(void *context, uint64_t number);

void round_trip(round_trip_function function, void *context, size_t count);
