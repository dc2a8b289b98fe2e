// Belay for C and C++: handles instead of pointers, resources that are freed once, memory with an identity, and what goes from maps to C and back.
//
// Everything here may be called from any thread at any time, also while a thread ends; not from signal handlers. No function here aborts
// for a handle that is stale, forged or foreign: it returns a status. Where a function fails, what it would have written through a pointer is zero, and
// what it was given is still the caller's.
#ifndef BELAY_H
#define BELAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a function says. Zero is success.
typedef int32_t belay_status;
enum {
  BELAY_OK = 0,
  BELAY_STALE = 1,                // the object that the handle named is gone
  BELAY_DOUBLE_RELEASE = 2,       // the handle is over already
  BELAY_FOREIGN = 3,              // a handle of another table
  BELAY_FORGED = 4,               // never handed out: a pointer, a number, a handle that was changed
  BELAY_TOO_MANY_REFERENCES = 5,  // 67108863 references are the most
  BELAY_EXHAUSTED = 6,            // no room for another handle
  BELAY_OUT_OF_MEMORY = 7,
  BELAY_CLOSED = 8,
  BELAY_RELEASED = 9,             // the resource has been freed
  BELAY_INVALID = 10,             // a null pointer where there must be none, or a size or an alignment that cannot be
  BELAY_DOUBLE_FREE = 11,         // the allocation has been freed before
  BELAY_FOREIGN_MEMORY = 12,      // the address begins no live allocation
  BELAY_DEAD_KEY = 13,            // the allocation that the key names has been freed
  BELAY_ALREADY_TRACKED = 14,     // the address begins a live allocation already
  BELAY_TAKEN = 15,               // the id has a resource already
  BELAY_UNKNOWN = 16,             // there is nothing under this id or key
  BELAY_READ_ONLY = 17,           // the map takes no entries from C
  BELAY_STOPPED = 18,             // a function of the caller's asked to stop
};

// A sentence for a status. The text stays for ever.
const char *belay_status_text(belay_status status);

// Handles. A handle is odd and no address: it fits `void *`, and who dereferences it faults at once.
typedef uint64_t belay_handle;

static inline void *belay_handle_to_context(belay_handle handle) { return (void *)(uintptr_t)handle; }
static inline belay_handle belay_handle_from_context(const void *context) { return (belay_handle)(uintptr_t)context; }

typedef struct belay_table belay_table;
typedef struct belay_pin belay_pin;

// Makes a table. `end` is called once for each object, with `context`, outside of any lock, when its handle is over and nobody holds it any more: on the
// thread that lets go last, or on one of Belay's own some ten milliseconds later. `end` may be null. NULL means no memory.
belay_table *belay_table_create(const char *name, void (*end)(void *object, void *context), void *context);

// Ends the objects that are left, and the table. No other call may use the table then or later; objects that are pinned end with their pins.
void belay_table_destroy(belay_table *table);

// Gives an object a handle with one reference. On failure `*handle` is 0 and the object is still the caller's.
belay_status belay_table_insert(belay_table *table, void *object, belay_handle *handle);

// Adds a reference to the handle.
belay_status belay_table_retain(belay_table *table, belay_handle handle);

// Drops a reference; with the last one the handle is over.
belay_status belay_table_release(belay_table *table, belay_handle handle);

// Ends the handle, however many references it has.
belay_status belay_table_remove(belay_table *table, belay_handle handle);

// Calls `body` with the object of a handle, which stays at least until `body` returns. For short bodies: nothing that is removed from this table ends
// meanwhile. `body` may use the table, and end the handle.
belay_status belay_table_with(
    belay_table *table, belay_handle handle, void (*body)(void *object, void *context), void *context);

// Pins the object of a handle: it stays until `belay_unpin`, even if the handle ends. For long uses.
belay_status belay_table_pin(belay_table *table, belay_handle handle, void **object, belay_pin **pin);

// Ends a pin, once. Null is allowed and does nothing.
void belay_unpin(belay_pin *pin);

// Live handles; exact while nobody makes or ends one.
size_t belay_table_count(belay_table *table);

// Ends all objects that nobody reads any more. Returns how many still wait for a `belay_table_with` that has not returned.
size_t belay_table_reclaim(belay_table *table);

// Resources: a pointer and the function that frees it, shared by count.
typedef struct belay_resource belay_resource;

// Takes `pointer` over with one reference. `destroy` is called once, when the last reference goes. `parent` may be null; a parent that is given stays
// until this resource is freed: a database until its statements are. NULL when the parent has been freed already; then the pointer is still
// the caller's.
belay_resource *belay_resource_create(
    const char *name, void *pointer, void (*destroy)(void *pointer, void *context), void *context,
    belay_resource *parent);

// Adds a reference.
belay_status belay_resource_retain(belay_resource *resource);

// Drops a reference; the last one frees the pointer and lets go of the parent. The resource itself stays, so that a late use is an error and not a fault,
// until `belay_resource_forget`.
belay_status belay_resource_release(belay_resource *resource);

// The pointer, or null when it has been freed. It is good as long as the caller holds a reference.
void *belay_resource_pointer(belay_resource *resource);

// Gives back what is left of a resource; once, when nobody will name it again. Frees the pointer if references are left.
void belay_resource_forget(belay_resource *resource);

// Callbacks: what C libraries keep as `void *context` may be called late, or twice. The context made here is a handle: a call that comes too late does nothing.
enum {
  BELAY_REPEATED = 0,  // until it is cancelled
  BELAY_ONCE = 1,      // the first call ends it
};

// Registers `function`. `end` may be null; it is called once with `context` when the callback is over and no call runs any more, on any thread.
belay_status belay_callback_create(
    int32_t kind, void (*function)(void *argument, void *context), void *context, void (*end)(void *context),
    belay_handle *callback);

// Calls what a handle stands for: for the function that a C library calls with `belay_handle_to_context(callback)`. BELAY_STALE is a late call, which is
// counted. The function may cancel itself; a call that runs when the callback is cancelled runs to its end.
belay_status belay_callback_call(const void *handle, void *argument);

// Ends a callback. BELAY_DOUBLE_RELEASE if it was cancelled or used up before.
belay_status belay_callback_cancel(belay_handle callback);

// Calls that came too late so far, in this process.
size_t belay_callback_late_calls(void);

// Text: UTF-8 with its length. Where Belay makes one a zero lies behind it. A null pointer with length 0 is the empty text.
typedef struct belay_string {
  const char *bytes;
  size_t length;
} belay_string;

// Arenas: memory that ends in one step. What lies in an arena must not be used once it has ended; the arena itself may be named then, and is stale.
belay_status belay_arena_create(const char *name, belay_handle *arena);

// Takes memory, all of it zero. `alignment` is a power of two, at most 4096. No size is too small.
belay_status belay_arena_allocate(belay_handle arena, size_t byte_count, size_t alignment, void **memory);

// Copies text into the arena, with a zero behind it.
belay_status belay_arena_string(belay_handle arena, const char *bytes, size_t length, belay_string *string);

// The bytes that have been taken.
belay_status belay_arena_used(belay_handle arena, size_t *byte_count);

// Gives all memory of the arena back. Of threads that end one arena one gets BELAY_OK, the others BELAY_DOUBLE_RELEASE.
belay_status belay_arena_end(belay_handle arena);

// Tracked memory: `malloc` hands an address out again, a key never comes back.
typedef uint64_t belay_key;

belay_status belay_memory_create(belay_handle *memory);

// Allocates. `base` may be null; `belay_memory_with` lends the memory.
belay_status belay_memory_allocate(belay_handle memory, size_t byte_count, belay_key *key, void **base);

// Tracks memory that a library allocated. `release` gives it back, once.
belay_status belay_memory_adopt(
    belay_handle memory, void *base, size_t byte_count, void (*release)(void *base, void *context), void *context,
    belay_key *key);

// Frees an allocation: its entries leave every bound map, then the memory goes back. By key: BELAY_DOUBLE_FREE; by address: BELAY_FOREIGN_MEMORY.
belay_status belay_memory_free(belay_handle memory, belay_key key);
belay_status belay_memory_free_address(belay_handle memory, void *base);

// The key of the live allocation that begins at an address.
belay_status belay_memory_key(belay_handle memory, const void *base, belay_key *key);

// Lends an allocation to a function: a free by another thread waits until `body` returns. `body` must not free it.
belay_status belay_memory_with(
    belay_handle memory, belay_key key, void (*body)(void *base, size_t byte_count, void *context), void *context);

// Live allocations.
belay_status belay_memory_count(belay_handle memory, size_t *count);

// Frees whatever is left, and ends the handle.
belay_status belay_memory_end(belay_handle memory);

// Maps that are bound to tracked memory. `end` is called once for each value that leaves the map, outside of any lock, when nobody uses it any more; it may be null.
belay_status belay_bound_create(
    belay_handle memory, void (*end)(void *value, void *context), void *context, belay_handle *map);

// Sets the entry of an allocation; the value before ends.
belay_status belay_bound_set(belay_handle map, belay_key key, void *value);

// Lends the value of an allocation to a function: it stays until `body` returns. BELAY_UNKNOWN where there is none, BELAY_DEAD_KEY when the allocation is gone.
belay_status belay_bound_with(
    belay_handle map, belay_key key, void (*body)(void *value, void *context), void *context);

// Takes the entry of an allocation out; its value ends.
belay_status belay_bound_remove(belay_handle map, belay_key key);

belay_status belay_bound_count(belay_handle map, size_t *count);

// Ends the map and the values that are in it.
belay_status belay_bound_end(belay_handle map);

// Registries: resources by a text, with a count of references each. At zero `destroy` runs once, outside of any lock.
belay_status belay_registry_create(belay_handle *registry);

// Adds a resource with one reference. BELAY_TAKEN if there is one under this id.
belay_status belay_registry_add(
    belay_handle registry, const char *id, void *pointer, void (*destroy)(void *pointer, void *context), void *context);

// Adds a reference, and tells the pointer, which is good until it is released. BELAY_UNKNOWN where there is none.
belay_status belay_registry_acquire(belay_handle registry, const char *id, void **pointer);

// Drops a reference; the last one frees the resource. BELAY_UNKNOWN: a release too many.
belay_status belay_registry_release(belay_handle registry, const char *id);

// Lends a resource to a function, with a reference held meanwhile.
belay_status belay_registry_with(
    belay_handle registry, const char *id, void (*body)(void *pointer, void *context), void *context);

belay_status belay_registry_count(belay_handle registry, size_t *count);

// Frees whatever is left, whoever has references to it, and ends the handle.
belay_status belay_registry_end(belay_handle registry);

// Exports: copies of a map's entries as `count` structs of `entry_size` bytes in a row, with all that they point to in the same arena. They are the
// caller's, whatever becomes of the map.
typedef struct belay_export {
  void *entries;
  size_t count;
  size_t entry_size;
  belay_handle owner;
} belay_export;

// Frees an export with all its strings, and clears the struct, so that a second call does nothing. A copy of the struct gets BELAY_DOUBLE_RELEASE. The owner is
// an arena: `belay_arena_end` frees an export too.
belay_status belay_export_free(belay_export *exported);

// An entry of a container of C: a registry has `id` and `value`, a bound map `key` and `value`. It stays until the function that gets it returns.
typedef struct belay_item {
  belay_string id;
  belay_key key;
  void *value;
} belay_item;

// Writes the struct of an entry to `entry`, which is zero before; strings come from `arena` (belay_arena_string). Zero goes on; all else stops.
typedef int32_t (*belay_convert)(const belay_item *item, void *entry, belay_handle arena, void *context);

// Gets a batch, which ends with all that it points to when the function returns. Zero goes on; all else stops.
typedef int32_t (*belay_receive)(void *entries, size_t count, void *context);

// Exports a registry or a bound map. `entry_size` is at least 1 and a multiple of what the struct is aligned to, as `sizeof` is. BELAY_STOPPED if `convert`
// stopped: then there is no export.
belay_status belay_export_items(
    belay_handle container, size_t entry_size, belay_convert convert, void *context, belay_export *exported);

// The same a batch at a time: there is never memory for more than `batch` structs. BELAY_STOPPED if one of the functions stopped; what was received before stays received.
belay_status belay_stream_items(
    belay_handle container, size_t entry_size, size_t batch, belay_convert convert, belay_receive receive, void *context);

// Reads the id and the pointer of an entry's resource; the text of the id is copied. Zero goes on; all else stops.
typedef int32_t (*belay_import)(const void *entry, belay_string *id, void **pointer, void *context);

// Adds a resource with one reference to a registry for each struct of an array. `*count` is how many structs there are before, and how many were added after.
// BELAY_TAKEN at the first id that is there already, BELAY_INVALID at one that is no UTF-8: those before stay.
belay_status belay_registry_import(
    belay_handle registry, const void *entries, size_t entry_size, size_t *count, belay_import import,
    void (*destroy)(void *pointer, void *context), void *context);

// Maps of Swift (`ForeignMap`), which convert entries themselves. `entry_size` is the size of the struct as C knows it; another than Swift's is BELAY_INVALID.
belay_status belay_map_count(belay_handle map, size_t *count);
belay_status belay_map_export(belay_handle map, size_t entry_size, belay_export *exported);
belay_status belay_map_stream(
    belay_handle map, size_t entry_size, size_t batch, belay_receive receive, void *context);

// Stores an entry for each struct of an array, which stays the caller's. `stored` may be null; it tells how many structs made an entry.
belay_status belay_map_import(
    belay_handle map, const void *entries, size_t entry_size, size_t count, size_t *stored);

#ifdef __cplusplus
}
#endif

#endif
