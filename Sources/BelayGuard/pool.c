#define _GNU_SOURCE
#include "pool.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "table.h"

enum {
  PAGE = 4096,
  // Runs of up to so many pages are kept by their exact number, longer ones by powers of two.
  EXACT_CLASSES = 16,
  CLASSES = EXACT_CLASSES + 48,
  // How far before a block its bytes are watched.
  WATCHED_BEFORE = 64,
  FILLER = 0xbe,
};

static uintptr_t region;
static uintptr_t region_pages;
// Pages below this one have been handed out at some time.
static uintptr_t next_page;
// For each page of the region: the record of the block that it was handed out for, plus one. Stays until the page is handed out again.
static uint32_t *owners;
// For the first page of a run that is free: the next free run of its class, plus one.
static uint32_t *next_free_run;
static uint32_t free_runs[CLASSES];

// The records that are free, as a stack, and the freed blocks, oldest first, as a ring.
static uint32_t *free_records;
static uint32_t free_record_count;
static uint32_t *quarantine;
static uint32_t quarantine_capacity, quarantine_start, quarantine_count;
static uint64_t quarantine_bytes;

static uint64_t budget_bytes;
static uint64_t most_live;
static uint64_t clock_of_events;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *reserve(size_t bytes, int protection) {
  void *memory = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

// How many mappings the system lets a process have: a live block between inaccessible pages takes two.
static uint64_t most_mappings(void) {
  uint64_t most = 65530;
  // Without stdio, which allocates.
  char text[32] = {0};
  int file = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
  if (file < 0) return most;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  uint64_t number = 0;
  for (ssize_t index = 0; index < count && text[index] >= '0' && text[index] <= '9'; index++) {
    number = number * 10 + (uint64_t)(text[index] - '0');
  }
  return number ? number : most;
}

bool pool_create(uint64_t budget, uint32_t quarantined) {
  uintptr_t bytes = (uintptr_t)64 << 30;
  void *memory = NULL;
  while (!(memory = reserve(bytes, PROT_NONE))) {
    bytes /= 2;
    if (bytes < ((uintptr_t)64 << 20)) return false;
  }
  region_pages = bytes / PAGE;
  // A quarter of the mappings stays the program's own.
  most_live = most_mappings() * 3 / 8;
  budget_bytes = budget;
  quarantine_capacity = quarantined;
  uint64_t capacity = most_live + quarantined;
  owners = reserve(region_pages * sizeof *owners, PROT_READ | PROT_WRITE);
  next_free_run = reserve(region_pages * sizeof *next_free_run, PROT_READ | PROT_WRITE);
  free_records = reserve(capacity * sizeof *free_records, PROT_READ | PROT_WRITE);
  quarantine = reserve(quarantined * sizeof *quarantine, PROT_READ | PROT_WRITE);
  if (!owners || !next_free_run || !free_records || !quarantine) return false;
  // The first page stays inaccessible, so that the first block has a guard page before it too.
  next_page = 1;
  region = (uintptr_t)memory;
  return table_create((uint32_t)capacity, region, bytes);
}

bool pool_contains(const void *address) { return table && (uintptr_t)address - region < region_pages * PAGE; }

// MARK: Runs of pages

static unsigned run_class(uintptr_t pages) {
  if (pages <= EXACT_CLASSES) return (unsigned)pages - 1;
  return EXACT_CLASSES + (unsigned)(63 - __builtin_clzll(pages - 1)) - 3;
}

// The pages of a run that holds at least so many.
static uintptr_t run_pages(uintptr_t pages) {
  return pages <= EXACT_CLASSES ? pages : (uintptr_t)2 << (63 - __builtin_clzll(pages - 1));
}

// The number of the first page; zero if there is none.
static uintptr_t take_run(uintptr_t pages) {
  uint32_t *list = &free_runs[run_class(pages)];
  if (*list) {
    uintptr_t first = *list - 1;
    *list = next_free_run[first];
    return first;
  }
  uintptr_t with_guard = run_pages(pages) + 1;
  if (with_guard > region_pages - next_page) return 0;
  uintptr_t first = next_page;
  next_page += with_guard;
  return first;
}

static void give_run_back(uintptr_t first, uintptr_t pages) {
  uint32_t *list = &free_runs[run_class(pages)];
  next_free_run[first] = *list;
  *list = (uint32_t)first + 1;
}

// MARK: Records

static uint32_t take_record(void) {
  if (free_record_count > 0) return free_records[--free_record_count];
  return table->used < table->capacity ? table->used++ : BELAY_GUARD_NO_BLOCK;
}

static uintptr_t first_page(const struct belay_guard_block *block) { return (block->pages - region) / PAGE; }
static uintptr_t data_pages(const struct belay_guard_block *block) { return block->page_bytes / PAGE; }

// Lets the block that was freed longest ago go: its pages and record can be used again.
static void release_oldest(void) {
  uint32_t index = quarantine[quarantine_start];
  quarantine_start = (quarantine_start + 1) % quarantine_capacity;
  quarantine_count--;
  struct belay_guard_block *block = &table->blocks[index];
  quarantine_bytes -= block->page_bytes;
  give_run_back(first_page(block), data_pages(block));
  __atomic_store_n(&block->state, BELAY_GUARD_UNUSED, __ATOMIC_RELEASE);
  free_records[free_record_count++] = index;
}

// MARK: Blocks

static uintptr_t block_end(const struct belay_guard_block *block) { return block->pages + block->page_bytes; }

static uintptr_t watched_start(const struct belay_guard_block *block) {
  return block->address - block->pages > WATCHED_BEFORE ? block->address - WATCHED_BEFORE : block->pages;
}

static bool is_filled(uintptr_t start, uintptr_t end) {
  for (const unsigned char *byte = (const unsigned char *)start; (uintptr_t)byte < end; byte++) {
    if (*byte != FILLER) return false;
  }
  return true;
}

void *pool_allocate(size_t size, size_t alignment, const struct belay_guard_stack *stack) {
  if (alignment < 16) alignment = 16;
  // No block can be larger than the region, and the sums below stay in range.
  if (size > region_pages * PAGE || alignment > region_pages * PAGE) return NULL;
  uintptr_t pages = (size + PAGE - 1) / PAGE + (alignment > PAGE ? alignment / PAGE - 1 : 0);
  if (pages == 0) pages = 1;
  pthread_mutex_lock(&lock);
  uint32_t record = BELAY_GUARD_NO_BLOCK;
  uintptr_t first = 0;
  if (table->live < most_live && table->live_bytes + pages * PAGE <= budget_bytes) {
    first = take_run(pages);
    while (!first && quarantine_count > 0) {
      release_oldest();
      first = take_run(pages);
    }
    if (first) record = take_record();
  }
  uintptr_t start = region + first * PAGE;
  if (record == BELAY_GUARD_NO_BLOCK || mprotect((void *)start, pages * PAGE, PROT_READ | PROT_WRITE) != 0) {
    if (record != BELAY_GUARD_NO_BLOCK) free_records[free_record_count++] = record;
    if (first) give_run_back(first, pages);
    pthread_mutex_unlock(&lock);
    return NULL;
  }
  for (uintptr_t page = 0; page <= pages; page++) owners[first + page] = record + 1;
  struct belay_guard_block *block = &table->blocks[record];
  block->pages = start;
  block->page_bytes = pages * PAGE;
  block->size = size;
  block->alignment = (uint32_t)(alignment > UINT32_MAX ? UINT32_MAX : alignment);
  block->address = (start + pages * PAGE - size) & ~(uintptr_t)(alignment - 1);
  block->allocated_by = (uint32_t)syscall(SYS_gettid);
  block->freed_by = 0;
  block->allocated_at = ++clock_of_events;
  block->freed_at = 0;
  block->allocated = *stack;
  __atomic_store_n(&block->state, BELAY_GUARD_LIVE, __ATOMIC_RELEASE);
  table->guarded++;
  table->live++;
  table->live_bytes += pages * PAGE;
  pthread_mutex_unlock(&lock);
  uintptr_t before = watched_start(block);
  memset((void *)before, FILLER, block->address - before);
  memset((void *)(block->address + size), FILLER, block_end(block) - block->address - size);
  return (void *)block->address;
}

// The record of the block that a page, or the guard page behind it, was handed out for last.
static uint32_t owner_of(uintptr_t address) {
  uint32_t owner = __atomic_load_n(&owners[(address - region) / PAGE], __ATOMIC_ACQUIRE);
  if (owner == 0) return BELAY_GUARD_NO_BLOCK;
  // The record may have gone to another block since.
  const struct belay_guard_block *block = &table->blocks[owner - 1];
  return address - block->pages < block->page_bytes + PAGE ? owner - 1 : BELAY_GUARD_NO_BLOCK;
}

enum pool_free_result pool_free(void *address, const struct belay_guard_stack *stack, uint32_t *record) {
  pthread_mutex_lock(&lock);
  *record = owner_of((uintptr_t)address);
  struct belay_guard_block *block = *record == BELAY_GUARD_NO_BLOCK ? NULL : &table->blocks[*record];
  enum pool_free_result result = POOL_FREED;
  if (!block || block->state == BELAY_GUARD_UNUSED || block->address != (uintptr_t)address) {
    result = POOL_INVALID_FREE;
  } else if (block->state == BELAY_GUARD_FREED) {
    result = POOL_DOUBLE_FREE;
  }
  if (result != POOL_FREED) {
    pthread_mutex_unlock(&lock);
    return result;
  }
  if (!is_filled(watched_start(block), block->address) || !is_filled(block->address + block->size, block_end(block))) {
    result = POOL_CORRUPTED;
  }
  block->freed = *stack;
  block->freed_by = (uint32_t)syscall(SYS_gettid);
  block->freed_at = ++clock_of_events;
  __atomic_store_n(&block->state, BELAY_GUARD_FREED, __ATOMIC_RELEASE);
  // Its memory stays with it: to be given new pages at each use would cost more than all the rest.
  mprotect((void *)block->pages, block->page_bytes, PROT_NONE);
  table->frees++;
  table->live--;
  table->live_bytes -= block->page_bytes;
  // Freed blocks may have as much memory as live ones.
  quarantine_bytes += block->page_bytes;
  while (quarantine_count == quarantine_capacity || (quarantine_count > 0 && quarantine_bytes > budget_bytes)) release_oldest();
  quarantine[(quarantine_start + quarantine_count++) % quarantine_capacity] = *record;
  pthread_mutex_unlock(&lock);
  return result;
}

bool pool_size(const void *address, size_t *size) {
  uint32_t record = owner_of((uintptr_t)address);
  if (record == BELAY_GUARD_NO_BLOCK) return false;
  const struct belay_guard_block *block = &table->blocks[record];
  if (__atomic_load_n(&block->state, __ATOMIC_ACQUIRE) != BELAY_GUARD_LIVE || block->address != (uintptr_t)address) return false;
  *size = block->size;
  return true;
}

// MARK: Faults

// Whether a record is that of a block which begins right behind a guard page that was touched, and nearer to it than the block before.
static bool is_nearer(const struct belay_guard_block *next, const struct belay_guard_block *before, uintptr_t address) {
  if (next->state != BELAY_GUARD_LIVE || address >= next->address) return false;
  if (before->state != BELAY_GUARD_LIVE) return true;
  return next->address - address < address - (before->address + before->size);
}

enum belay_guard_event_kind pool_explain(uintptr_t address, uint32_t *record) {
  *record = owner_of(address);
  uint32_t next = BELAY_GUARD_NO_BLOCK;
  uintptr_t following = (address - region) / PAGE + 1;
  if (following < region_pages) next = owner_of(region + following * PAGE);
  if (*record == BELAY_GUARD_NO_BLOCK) {
    // The page before the first block.
    if (next == BELAY_GUARD_NO_BLOCK || table->blocks[next].state != BELAY_GUARD_LIVE) return BELAY_GUARD_WILD;
    *record = next;
    return BELAY_GUARD_UNDERFLOW;
  }
  const struct belay_guard_block *block = &table->blocks[*record];
  if (block->state != BELAY_GUARD_UNUSED && address - block->pages < block->page_bytes) {
    return block->state == BELAY_GUARD_FREED ? BELAY_GUARD_USE_AFTER_FREE : BELAY_GUARD_WILD;
  }
  // A guard page, behind one block and before another.
  if (next != BELAY_GUARD_NO_BLOCK && next != *record && is_nearer(&table->blocks[next], block, address)) {
    *record = next;
    return BELAY_GUARD_UNDERFLOW;
  }
  if (block->state == BELAY_GUARD_LIVE) return BELAY_GUARD_OVERFLOW;
  if (block->state == BELAY_GUARD_FREED) return BELAY_GUARD_USE_AFTER_FREE;
  *record = BELAY_GUARD_NO_BLOCK;
  return BELAY_GUARD_WILD;
}

// MARK: Fork

void pool_before_fork(void) { pthread_mutex_lock(&lock); }

void pool_after_fork(bool is_child) {
  if (is_child && !table_copy()) {
    // Without a table of its own the child would write into its parent's: it goes on unguarded, and what was guarded stays as it is.
    most_live = 0;
  }
  pthread_mutex_unlock(&lock);
}
