// System calls on another process that Swift cannot import: ptrace is variadic, process_vm_readv is hidden behind a feature macro.
#ifndef BELAY_CPROCESS_H
#define BELAY_CPROCESS_H

#include <stddef.h>
#include <stdint.h>

/// A piece of another process's memory and where its copy goes.
struct belay_copy {
  uint64_t address;
  void *destination;
  uint64_t length;
};

/// Copies the pieces in order and stops at the first byte that cannot be read.
/// Returns the number of bytes copied, or -errno if there are none.
int64_t belay_process_read(int pid, const struct belay_copy *pieces, size_t count);

/// Takes hold of a thread and stops it, without a signal that the program could see. Returns 0 or -errno.
/// The kernel lets the thread go on when the caller ends, however that happens.
int belay_thread_stop(int tid);

/// Reads the program counter and the stack pointer of a stopped thread. Returns 0 or -errno.
int belay_thread_registers(int tid, uint64_t *program_counter, uint64_t *stack_pointer);

/// Lets a stopped thread go on. Returns 0 or -errno.
int belay_thread_resume(int tid);

/// Decompresses a whole zstd frame with the system's libzstd.so.1, which is loaded when it is first needed.
/// Returns the number of bytes written, -1 if the library is not there, or -2 for data that is not valid or does not fit.
int64_t belay_zstd_decompress(void *destination, size_t capacity, const void *source, size_t length);

/// Decompresses zstd frames from one file to another, at most `limit` bytes.
/// Returns the number of bytes written, -1 without the library, -2 for invalid or truncated data, -3 beyond the limit, -4 for an input or output error.
int64_t belay_zstd_decompress_file(int input, int output, uint64_t limit);

#endif
