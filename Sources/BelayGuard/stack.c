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
  // Where on the stack each return address was found; only known on x86-64.
  uintptr_t places[BELAY_GUARD_FRAMES];
  int count;
  // How many of them the unwinder found; the rest was found by frame pointers, on a stack that may be another.
  int unwound;
  uintptr_t frame_pointer;
  // A page that has been read in this walk.
  uintptr_t known_page;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
  struct walk *walk = argument;
  uintptr_t address = _Unwind_GetIP(context);
  walk->frame_pointer = _Unwind_GetGR(context, FRAME_POINTER);
  if (address == 0 || walk->count == BELAY_GUARD_FRAMES) return _URC_END_OF_STACK;
  // The innermost calls are the guard's own.
  if (walk->count > 0 || !is_own_code(address)) {
    // A call pushes its return address right below what the unwinder calls the frame's address.
    walk->places[walk->count] = _Unwind_GetCFA(context) - sizeof(uintptr_t);
    walk->stack->frames[walk->count++] = address;
  }
  return _URC_NO_REASON;
}

static bool read_memory(void *to, uintptr_t from, size_t bytes) {
  struct iovec local = {to, bytes};
  struct iovec remote = {(void *)from, bytes};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)bytes;
}

// Reads two words that may not be there; what lies on a page that this walk has read already is there.
static bool read_words(struct walk *walk, uintptr_t address, uintptr_t words[2]) {
  const uintptr_t page = ~(uintptr_t)4095;
  bool is_on_one_page = (address & page) == ((address + 2 * sizeof *words - 1) & page);
  if (is_on_one_page && (address & page) == walk->known_page) {
    memcpy(words, (void *)address, 2 * sizeof *words);
    return true;
  }
  if (!read_memory(words, address, 2 * sizeof *words)) return false;
  walk->known_page = address & page;
  return true;
}

// Where unwind tables end, frame pointers go on: Go's code has no tables that the C library knows, but always frame pointers, and a call from Go into C leaves Go's in the register
// (runtime.asmcgocall has no frame of its own). In a program without them the register holds anything: each step must lead up a stack, and is only read with the kernel's help.
static void follow_frame_pointers(struct walk *walk) {
  uintptr_t frame = walk->frame_pointer;
  while (walk->count < BELAY_GUARD_FRAMES && frame != 0 && frame % sizeof(uintptr_t) == 0) {
    uintptr_t words[2];
    if (!read_words(walk, frame, words)) return;
    if (words[1] < 4096) return;
    walk->places[walk->count] = frame + sizeof(uintptr_t);
    walk->stack->frames[walk->count++] = words[1];
    if (words[0] <= frame || words[0] - frame > (8u << 20)) return;
    frame = words[0];
  }
}

static void walk_stack(struct walk *walk) {
  memset(walk->stack, 0, sizeof *walk->stack);
  _Unwind_Backtrace(visit, walk);
  walk->unwound = walk->count;
  follow_frame_pointers(walk);
}

// MARK: Stacks that were seen before

#if defined(__x86_64__)

// A stack costs the unwinder more than a microsecond a call. A program allocates again and again from the same calls at the same depth: if every return address still lies where it
// lay, the calls are the same.
struct seen_stack {
  uintptr_t place;
  struct belay_guard_stack stack;
  uintptr_t places[BELAY_GUARD_FRAMES];
  int count, unwound;
};

enum { SEEN_STACKS = 64 };

static __thread struct seen_stack seen_stacks[SEEN_STACKS] __attribute__((tls_model("initial-exec")));

static bool is_unchanged(const struct seen_stack *seen) {
  // On the thread's own stack, above the frame that asks.
  for (int index = 0; index < seen->unwound; index++) {
    if (*(const uintptr_t *)seen->places[index] != seen->stack.frames[index]) return false;
  }
  int others = seen->count - seen->unwound;
  if (others == 0) return true;
  // On another stack, of which the kernel knows whether it is still there.
  uintptr_t found[BELAY_GUARD_FRAMES];
  struct iovec local = {found, (size_t)others * sizeof *found};
  struct iovec remote[BELAY_GUARD_FRAMES];
  for (int index = 0; index < others; index++) {
    remote[index] = (struct iovec){(void *)seen->places[seen->unwound + index], sizeof *found};
  }
  if (process_vm_readv(getpid(), &local, 1, remote, (unsigned long)others, 0) != (ssize_t)local.iov_len) return false;
  return memcmp(found, seen->stack.frames + seen->unwound, local.iov_len) == 0;
}

void capture_stack(struct belay_guard_stack *stack, const void *frame) {
  uintptr_t place = (uintptr_t)frame;
  // Frames differ by multiples of 16.
  struct seen_stack *seen = &seen_stacks[(place >> 4) % SEEN_STACKS];
  if (seen->place == place && is_unchanged(seen)) {
    *stack = seen->stack;
    return;
  }
  struct walk walk = {.stack = stack};
  walk_stack(&walk);
  seen->place = place;
  seen->stack = *stack;
  memcpy(seen->places, walk.places, sizeof walk.places);
  seen->count = walk.count;
  seen->unwound = walk.unwound;
}

#else

void capture_stack(struct belay_guard_stack *stack, const void *frame) {
  (void)frame;
  struct walk walk = {.stack = stack};
  walk_stack(&walk);
}

#endif

// MARK: Faults

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
  struct walk whole = {.stack = &all};
  walk_stack(&whole);
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
