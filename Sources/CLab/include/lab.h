/// A small C library of the kind that programs wrap: it hands out pointers, frees what they point to when it likes, and keeps what it is given.
///
/// For the programs of `belay lab`, which use it rightly and wrongly.
#ifndef BELAY_LAB_H
#define BELAY_LAB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A session. Its memory comes from malloc.
typedef struct lab_session lab_session;

/// What the library calls when the other side hangs up; it frees the session when the function has returned.
typedef void (*lab_session_closed)(void *context, lab_session *session);

/// A new session. `closed` may be null.
lab_session *lab_session_open(uint64_t number, lab_session_closed closed, void *context);

/// Ends a session, and frees it.
void lab_session_close(lab_session *session);

/// What happens when the other side hangs up: `closed` is called, then the session is freed.
void lab_session_hang_up(lab_session *session);

/// The number that the session was opened with.
uint64_t lab_session_number(const lab_session *session);

/// How many sessions have been opened and not been freed.
uint64_t lab_session_count(void);

/// The bytes of a session.
size_t lab_session_size(void);

/// Keeps an address, as libraries do that are to fill or watch a buffer.
void lab_watch(const uint64_t *words);

/// Reads a word from the address that is kept.
uint64_t lab_watched(size_t index);

/// How many bytes of a range lie on pages that are in memory. What is not mapped is not in memory.
size_t lab_present_bytes(uintptr_t start, size_t size);

/// Has a fault say its signal and its address on standard error, as `fault: signal 11 at 0x7f…`, before the process ends by it.
void lab_announce_faults(void);

#ifdef __cplusplus
}
#endif

#endif
