// Belay for C and C++: handles instead of pointers, and resources that are freed once.
//
// Everything here may be called from any thread at any time, also while a thread ends; not from signal handlers. No function here aborts
// for a handle that is stale, forged or foreign: it returns a status.
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
  BELAY_INVALID = 10,             // a null pointer where there must be none
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

#ifdef __cplusplus
}
#endif

#endif
