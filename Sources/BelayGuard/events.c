#define _GNU_SOURCE
#include "events.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "table.h"

// MARK: To belay guard

static uint64_t send_event(enum belay_guard_event_kind kind, enum belay_guard_access access, uintptr_t address, uint32_t block,
                           const struct belay_guard_stack *stack, int file) {
  struct belay_guard_event event = {
      .magic = BELAY_GUARD_MAGIC,
      .kind = kind,
      .process = (uint32_t)getpid(),
      .thread = (uint32_t)syscall(SYS_gettid),
      .access = access,
      .number = __atomic_add_fetch(&table->events, 1, __ATOMIC_ACQ_REL),
      .address = address,
      .block = block,
      .descriptor = (uint32_t)file,
  };
  if (stack) event.stack = *stack;
  ssize_t written;
  do {
    written = write((int)options.events, &event, sizeof event);
  } while (written < 0 && errno == EINTR);
  return written == (ssize_t)sizeof event ? event.number : 0;
}

static void wait_for(uint64_t number) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (uint64_t waited = 0; waited < options.hold * 1000; waited++) {
    if (__atomic_load_n(&table->resume, __ATOMIC_ACQUIRE) >= number) return;
    nanosleep(&pause, NULL);
  }
}

// MARK: To a person

// Text that is put together without memory of its own.
struct text {
  char bytes[4096];
  size_t count;
};

static void add(struct text *text, const char *part) {
  while (*part && text->count < sizeof text->bytes) text->bytes[text->count++] = *part++;
}

static void add_number(struct text *text, uint64_t number, unsigned base) {
  char digits[24];
  size_t start = sizeof digits;
  digits[--start] = 0;
  do {
    digits[--start] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  if (base == 16) add(text, "0x");
  add(text, digits + start);
}

static void add_stack(struct text *text, const char *title, const struct belay_guard_stack *stack, uint64_t thread) {
  add(text, "  ");
  add(text, title);
  if (thread) {
    add(text, " by thread ");
    add_number(text, thread, 10);
  }
  add(text, "\n");
  for (int index = 0; index < BELAY_GUARD_FRAMES && stack->frames[index]; index++) {
    add(text, "    ");
    add_number(text, stack->frames[index], 16);
    add(text, "\n");
  }
}

static const char *what(enum belay_guard_event_kind kind) {
  switch (kind) {
    case BELAY_GUARD_USE_AFTER_FREE: return "use after free";
    case BELAY_GUARD_OVERFLOW: return "access behind the end of a block";
    case BELAY_GUARD_UNDERFLOW: return "access before the start of a block";
    case BELAY_GUARD_WILD: return "access to memory that belongs to no block";
    case BELAY_GUARD_DOUBLE_FREE: return "double free";
    case BELAY_GUARD_INVALID_FREE: return "free of an address that is not the start of a block";
    case BELAY_GUARD_CORRUPTED: return "bytes around a block were overwritten";
    case BELAY_GUARD_HELLO:
    case BELAY_GUARD_EXITS:
    case BELAY_GUARD_GOODBYE: break;
  }
  return "";
}

static void print_event(enum belay_guard_event_kind kind, enum belay_guard_access access, uintptr_t address, uint32_t index,
                        const struct belay_guard_stack *stack) {
  struct text text = {.count = 0};
  add(&text, "belay guard: ");
  add(&text, what(kind));
  add(&text, access == BELAY_GUARD_ACCESS_WRITE ? " (write)" : access == BELAY_GUARD_ACCESS_READ ? " (read)" : "");
  add(&text, " at ");
  add_number(&text, address, 16);
  add(&text, "\n");
  if (stack) add_stack(&text, "here", stack, (uint64_t)syscall(SYS_gettid));
  if (index != BELAY_GUARD_NO_BLOCK) {
    const struct belay_guard_block *block = &table->blocks[index];
    add(&text, "  the block has ");
    add_number(&text, block->size, 10);
    add(&text, " bytes at ");
    add_number(&text, block->address, 16);
    add(&text, "\n");
    add_stack(&text, "allocated", &block->allocated, block->allocated_by);
    if (block->freed_at) add_stack(&text, "freed", &block->freed, block->freed_by);
  }
  add(&text, "  'belay guard -- COMMAND' names the functions, and the maps that hold the pointer\n");
  // There is no better place to say it if this fails.
  (void)!write(STDERR_FILENO, text.bytes, text.count);
}

// MARK: Both

static void say_file(enum belay_guard_event_kind kind, int file) {
  if (options.events < 0) return;
  uint64_t number = send_event(kind, BELAY_GUARD_ACCESS_UNKNOWN, 0, BELAY_GUARD_NO_BLOCK, NULL, file);
  if (number) wait_for(number);
}

void say_hello(void) { say_file(BELAY_GUARD_HELLO, table_file); }

void say_exits(int file) { say_file(BELAY_GUARD_EXITS, file); }

void say(enum belay_guard_event_kind kind, enum belay_guard_access access, uintptr_t address, uint32_t block,
         const struct belay_guard_stack *stack) {
  uint64_t number = options.events < 0 ? 0 : send_event(kind, access, address, block, stack, table_file);
  if (number) {
    wait_for(number);
  } else {
    // Nobody listens, or nobody any more.
    print_event(kind, access, address, block, stack);
  }
}
