#include "round_trip.h"

void round_trip(round_trip_function function, void *context, size_t count) {
  for (size_t i = 0; i < count; i++) function(context, i);
}
