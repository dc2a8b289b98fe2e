#define _GNU_SOURCE
#include "table.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct belay_guard_table *table;
int table_file = -1;

static size_t bytes_for(uint32_t capacity) {
  return sizeof(struct belay_guard_table) + (size_t)capacity * sizeof(struct belay_guard_block);
}

// Maps a new file without a name; pages that nobody touches cost nothing.
static struct belay_guard_table *map_new(size_t bytes, int *file) {
  *file = memfd_create("belay-guard", MFD_CLOEXEC);
  if (*file < 0) return NULL;
  if (ftruncate(*file, (off_t)bytes) == 0) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *file, 0);
    if (memory != MAP_FAILED) return memory;
  }
  close(*file);
  return NULL;
}

bool table_create(uint32_t capacity, uintptr_t region, uintptr_t region_bytes) {
  struct belay_guard_table *made = map_new(bytes_for(capacity), &table_file);
  if (!made) return false;
  made->version = BELAY_GUARD_VERSION;
  made->block_bytes = sizeof(struct belay_guard_block);
  made->region = region;
  made->region_bytes = region_bytes;
  made->capacity = capacity;
  made->magic = BELAY_GUARD_MAGIC;
  table = made;
  return true;
}

bool table_copy(void) {
  int file;
  struct belay_guard_table *old = table;
  struct belay_guard_table *made = map_new(bytes_for(old->capacity), &file);
  if (!made) return false;
  memcpy(made, old, bytes_for(old->used));
  munmap(old, bytes_for(old->capacity));
  close(table_file);
  table = made;
  table_file = file;
  return true;
}
