#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <pthread.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

int64_t belay_process_read(int pid, const struct belay_copy *pieces, size_t count) {
  enum { batch = 256 };
  struct iovec local[batch], remote[batch];
  int64_t total = 0;
  size_t next = 0;
  uint64_t done = 0;  // of the piece `next`
  while (next < count) {
    // One call moves at most 2 GiB, so a batch ends at 1 GiB.
    size_t used = 0;
    uint64_t wanted = 0, offset = done;
    for (size_t i = next; i < count && used < batch && wanted < (1u << 30); i++, offset = 0) {
      uint64_t length = pieces[i].length - offset;
      if (length > (1u << 30)) length = 1u << 30;
      if (length) {
        local[used].iov_base = (char *)pieces[i].destination + offset;
        remote[used].iov_base = (void *)(uintptr_t)(pieces[i].address + offset);
        local[used].iov_len = remote[used].iov_len = length;
        used++;
        wanted += length;
      }
      if (length < pieces[i].length - offset) break;
    }
    if (!used) break;
    ssize_t got = process_vm_readv(pid, local, used, remote, used, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return total ? total : (got < 0 ? -errno : 0);
    total += got;
    for (uint64_t left = (uint64_t)got; next < count;) {
      uint64_t rest = pieces[next].length - done;
      if (left < rest) {
        done += left;
        break;
      }
      left -= rest;
      done = 0;
      next++;
    }
    if ((uint64_t)got < wanted) return total;
  }
  return total;
}

int belay_thread_resume(int tid) { return ptrace(PTRACE_DETACH, tid, 0, 0) ? -errno : 0; }

int belay_thread_stop(int tid) {
  if (ptrace(PTRACE_SEIZE, tid, 0, 0)) return -errno;
  if (ptrace(PTRACE_INTERRUPT, tid, 0, 0)) {
    int reason = errno;
    belay_thread_resume(tid);
    return -reason;
  }
  for (;;) {
    int status = 0;
    pid_t got = waitpid(tid, &status, __WALL);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -errno;
    if (WIFEXITED(status) || WIFSIGNALED(status)) return -ESRCH;
    if (WIFSTOPPED(status)) {
      // The stop that was asked for has the event PTRACE_EVENT_STOP. Another one delivers a signal: pass it on and wait for ours.
      if (status >> 16 == PTRACE_EVENT_STOP) return 0;
      if (ptrace(PTRACE_CONT, tid, 0, WSTOPSIG(status))) return -errno;
    }
  }
}

int belay_thread_registers(int tid, uint64_t *program_counter, uint64_t *stack_pointer) {
  uint64_t values[128];
  struct iovec block = {values, sizeof values};
  if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &block)) return -errno;
#if defined(__x86_64__)
  // struct user_regs_struct: rip is the 17th word, rsp the 20th.
  *program_counter = values[16];
  *stack_pointer = values[19];
#elif defined(__aarch64__)
  // struct user_pt_regs: 31 general registers, sp, pc.
  *stack_pointer = values[31];
  *program_counter = values[32];
#else
  return -ENOSYS;
#endif
  return 0;
}
#else
int64_t belay_process_read(int pid, const struct belay_copy *pieces, size_t count) { return -ENOSYS; }
int belay_thread_stop(int tid) { return -ENOSYS; }
int belay_thread_resume(int tid) { return -ENOSYS; }
int belay_thread_registers(int tid, uint64_t *program_counter, uint64_t *stack_pointer) { return -ENOSYS; }
#endif

// The parts of libzstd's stable interface that are used. The library is loaded by name, because building Belay must not need its headers.
struct zstd_in { const void *bytes; size_t size, position; };
struct zstd_out { void *bytes; size_t size, position; };
static struct {
  size_t (*decompress)(void *, size_t, const void *, size_t);
  unsigned (*is_error)(size_t);
  void *(*create)(void);
  size_t (*destroy)(void *);
  size_t (*stream)(void *, struct zstd_out *, struct zstd_in *);
} zstd;
static int zstd_loaded;
static pthread_once_t zstd_once = PTHREAD_ONCE_INIT;

static void load_zstd(void) {
  void *library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  *(void **)&zstd.decompress = dlsym(library, "ZSTD_decompress");
  *(void **)&zstd.is_error = dlsym(library, "ZSTD_isError");
  *(void **)&zstd.create = dlsym(library, "ZSTD_createDStream");
  *(void **)&zstd.destroy = dlsym(library, "ZSTD_freeDStream");
  *(void **)&zstd.stream = dlsym(library, "ZSTD_decompressStream");
  zstd_loaded = zstd.decompress && zstd.is_error && zstd.create && zstd.destroy && zstd.stream;
}

int64_t belay_zstd_decompress(void *destination, size_t capacity, const void *source, size_t length) {
  pthread_once(&zstd_once, load_zstd);
  if (!zstd_loaded) return -1;
  size_t got = zstd.decompress(destination, capacity, source, length);
  return zstd.is_error(got) ? -2 : (int64_t)got;
}

static int write_all(int output, const char *bytes, size_t count) {
  while (count) {
    ssize_t put = write(output, bytes, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return -1;
    bytes += put;
    count -= (size_t)put;
  }
  return 0;
}

int64_t belay_zstd_decompress_file(int input, int output, uint64_t limit) {
  pthread_once(&zstd_once, load_zstd);
  if (!zstd_loaded) return -1;
  enum { piece = 1 << 18 };
  char *from = malloc(piece), *to = malloc(piece);
  void *stream = zstd.create();
  int64_t result = from && to && stream ? 0 : -4;
  size_t last = 0;
  while (result >= 0) {
    ssize_t count = read(input, from, piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) result = -4;
    if (count == 0 && last != 0) result = -2;
    if (count <= 0) break;
    struct zstd_in in = {from, (size_t)count, 0};
    while (result >= 0) {
      struct zstd_out out = {to, piece, 0};
      last = zstd.stream(stream, &out, &in);
      if (zstd.is_error(last)) result = -2;
      else if ((uint64_t)result + out.position > limit) result = -3;
      else if (write_all(output, to, out.position)) result = -4;
      else result += (int64_t)out.position;
      if (in.position == in.size && out.position < out.size) break;
    }
  }
  if (stream) zstd.destroy(stream);
  free(from);
  free(to);
  return result;
}
