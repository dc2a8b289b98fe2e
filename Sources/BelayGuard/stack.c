#define _GNU_SOURCE
#include "stack.h"

#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#if defined(__x86_64__)
enum { FRAME_POINTER = 6 };
#elif defined(__aarch64__)
enum { FRAME_POINTER = 29 };
#else
#error "the guard knows x86-64 and arm64"
#endif

// Where the guard's own code lies: the linker's names for the start of this library and the end of its code.
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

static bool is_own_code(uintptr_t address) { return address - (uintptr_t)__ehdr_start < (uintptr_t)etext - (uintptr_t)__ehdr_start; }

struct walk {
  struct belay_guard_stack *stack;
  int count;
  uintptr_t frame_pointer;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
  struct walk *walk = argument;
  uintptr_t address = _Unwind_GetIP(context);
  walk->frame_pointer = _Unwind_GetGR(context, FRAME_POINTER);
  if (address == 0 || walk->count == BELAY_GUARD_FRAMES) return _URC_END_OF_STACK;
  // The innermost calls are the guard's own.
  if (walk->count > 0 || !is_own_code(address)) walk->stack->frames[walk->count++] = address;
  return _URC_NO_REASON;
}

// Reads memory that may not be there.
static bool read_words(uintptr_t address, uintptr_t words[2]) {
  struct iovec local = {words, 2 * sizeof *words};
  struct iovec remote = {(void *)address, 2 * sizeof *words};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)local.iov_len;
}

// Where unwind tables end, frame pointers go on: Go's code has no tables that the C library knows, but always frame pointers, and a call from Go into C leaves Go's in the register
// (runtime.asmcgocall has no frame of its own). In a program without them the register holds anything: each step must lead up a stack, and is only read with the kernel's help.
static void follow_frame_pointers(struct walk *walk) {
  uintptr_t frame = walk->frame_pointer;
  while (walk->count < BELAY_GUARD_FRAMES && frame != 0 && frame % sizeof(uintptr_t) == 0) {
    uintptr_t words[2];
    if (!read_words(frame, words)) return;
    if (words[1] < 4096) return;
    walk->stack->frames[walk->count++] = words[1];
    if (words[0] <= frame || words[0] - frame > (8u << 20)) return;
    frame = words[0];
  }
}

void capture_stack(struct belay_guard_stack *stack) {
  memset(stack, 0, sizeof *stack);
  struct walk walk = {.stack = stack};
  _Unwind_Backtrace(visit, &walk);
  follow_frame_pointers(&walk);
}

void capture_interrupted_stack(struct belay_guard_stack *stack, void *context) {
  const ucontext_t *interrupted = context;
#if defined(__x86_64__)
  uintptr_t address = (uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP];
  uintptr_t frame_pointer = (uintptr_t)interrupted->uc_mcontext.gregs[REG_RBP];
#else
  uintptr_t address = (uintptr_t)interrupted->uc_mcontext.pc;
  uintptr_t frame_pointer = (uintptr_t)interrupted->uc_mcontext.regs[29];
#endif
  // The unwinder goes through the signal's frame: what lies above it is the handler's.
  struct belay_guard_stack all;
  capture_stack(&all);
  memset(stack, 0, sizeof *stack);
  for (int index = 0; index < BELAY_GUARD_FRAMES; index++) {
    if (all.frames[index] != address) continue;
    memcpy(stack->frames, all.frames + index, (size_t)(BELAY_GUARD_FRAMES - index) * sizeof(uint64_t));
    return;
  }
  // Interrupted in code without tables, on a stack of its own: its frame pointers are all there is.
  struct walk walk = {.stack = stack, .frame_pointer = frame_pointer};
  stack->frames[walk.count++] = address;
  follow_frame_pointers(&walk);
}
