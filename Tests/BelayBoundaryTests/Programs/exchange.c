// Registries of `belay.h`, and what goes from them to C and back.
#include <belay.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                        \
  do {                                                           \
    if (!(condition)) {                                          \
      printf("line %d: %s\n", __LINE__, #condition);             \
      exit(1);                                                   \
    }                                                            \
  } while (0)

struct row {
  belay_string name;
  int number;
};

static int destroyed;
static void destroy(void *pointer, void *context) {
  (void)context;
  free(pointer);
  __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
}

static int *number(int value) {
  int *made = malloc(sizeof *made);
  EXPECT(made);
  *made = value;
  return made;
}

static void read(void *pointer, void *context) { *(int *)context = *(int *)pointer; }

static void references(void) {
  belay_handle registry = 0;
  void *pointer = NULL;
  size_t count = 0;
  int value = 0;
  EXPECT(belay_registry_create(&registry) == BELAY_OK);
  EXPECT(belay_registry_add(registry, "a", number(1), destroy, NULL) == BELAY_OK);
  EXPECT(belay_registry_add(registry, "a", &value, destroy, NULL) == BELAY_TAKEN);
  EXPECT(belay_registry_acquire(registry, "a", &pointer) == BELAY_OK && *(int *)pointer == 1);
  EXPECT(belay_registry_release(registry, "a") == BELAY_OK && destroyed == 0);
  EXPECT(belay_registry_with(registry, "a", read, &value) == BELAY_OK && value == 1);
  EXPECT(belay_registry_release(registry, "a") == BELAY_OK && destroyed == 1);
  EXPECT(belay_registry_release(registry, "a") == BELAY_UNKNOWN);
  EXPECT(belay_registry_acquire(registry, "a", &pointer) == BELAY_UNKNOWN && !pointer);
  EXPECT(belay_registry_with(registry, "a", read, &value) == BELAY_UNKNOWN);
  EXPECT(belay_registry_add(registry, NULL, &value, destroy, NULL) == BELAY_INVALID);
  EXPECT(belay_registry_add(registry, "\xff", &value, destroy, NULL) == BELAY_INVALID);
  EXPECT(belay_registry_add(registry, "b", number(2), destroy, NULL) == BELAY_OK);
  EXPECT(belay_registry_count(registry, &count) == BELAY_OK && count == 1);
  EXPECT(belay_registry_end(registry) == BELAY_OK && destroyed == 2);
  EXPECT(belay_registry_end(registry) == BELAY_DOUBLE_RELEASE);
  EXPECT(belay_registry_count(registry, &count) == BELAY_STALE && count == 0);
}

// Threads that acquire and release: whoever gets a resource finds it whole, and each is freed once.
static belay_handle shared;
static int added;
// Whether the adder's reference of an id is there to be dropped.
static int held[8];
static void *work(void *seed) {
  unsigned state = *(unsigned *)seed;
  char id[] = "id 0";
  for (int step = 0; step < 5000; step++) {
    state = state * 1664525u + 1013904223u;
    id[3] = (char)('0' + (state >> 8) % 8);
    void *pointer = NULL;
    if (belay_registry_acquire(shared, id, &pointer) == BELAY_OK) {
      EXPECT(*(int *)pointer == id[3]);
      EXPECT(belay_registry_release(shared, id) == BELAY_OK);
      // The adder's reference, by whoever comes first.
      if (state >> 30 == 0 && __atomic_exchange_n(&held[id[3] - '0'], 0, __ATOMIC_ACQ_REL))
        EXPECT(belay_registry_release(shared, id) == BELAY_OK);
    } else {
      int *made = number(id[3]);
      if (belay_registry_add(shared, id, made, destroy, NULL) == BELAY_OK) {
        __atomic_add_fetch(&added, 1, __ATOMIC_SEQ_CST);
        __atomic_store_n(&held[id[3] - '0'], 1, __ATOMIC_RELEASE);
      } else {
        free(made);
      }
    }
  }
  return NULL;
}

static int32_t convert(const belay_item *item, void *entry, belay_handle arena, void *context) {
  struct row *row = entry;
  EXPECT(row->name.bytes == NULL && row->number == 0);
  row->number = *(int *)item->value;
  if (context && row->number == *(int *)context) return 1;
  return belay_arena_string(arena, item->id.bytes, item->id.length, &row->name);
}

struct received {
  int rows, batches, sum, most;
};
static int32_t receive(void *entries, size_t count, void *context) {
  struct received *received = context;
  struct row *rows = entries;
  EXPECT(count > 0 && count <= 7);
  for (size_t i = 0; i < count; i++) {
    EXPECT(rows[i].name.length == strlen(rows[i].name.bytes));
    received->sum += rows[i].number;
  }
  received->rows += (int)count;
  return ++received->batches == received->most;
}
static int32_t convert_all(const belay_item *item, void *entry, belay_handle arena, void *context) {
  (void)context;
  return convert(item, entry, arena, NULL);
}

static int32_t import(const void *entry, belay_string *id, void **pointer, void *context) {
  const struct row *row = entry;
  (void)context;
  *id = row->name;
  *pointer = number(row->number);
  return 0;
}

static void exchange(void) {
  enum { COUNT = 100 };
  belay_handle registry = 0, second = 0;
  EXPECT(belay_registry_create(&registry) == BELAY_OK && belay_registry_create(&second) == BELAY_OK);
  char id[32];
  for (int i = 1; i <= COUNT; i++) {
    snprintf(id, sizeof id, "resource number %d", i);
    EXPECT(belay_registry_add(registry, id, number(i), destroy, NULL) == BELAY_OK);
  }
  belay_export exported;
  EXPECT(belay_export_items(registry, sizeof(struct row), convert, NULL, &exported) == BELAY_OK);
  EXPECT(exported.count == COUNT && exported.entry_size == sizeof(struct row));
  EXPECT(belay_registry_end(registry) == BELAY_OK);

  // The export is a copy: the registry is gone.
  const struct row *rows = exported.entries;
  int sum = 0;
  for (size_t i = 0; i < exported.count; i++) {
    snprintf(id, sizeof id, "resource number %d", rows[i].number);
    EXPECT(rows[i].name.length == strlen(id) && strcmp(rows[i].name.bytes, id) == 0);
    sum += rows[i].number;
  }
  EXPECT(sum == COUNT * (COUNT + 1) / 2);

  size_t count = exported.count;
  EXPECT(belay_registry_import(second, rows, sizeof *rows, &count, import, destroy, NULL) == BELAY_OK);
  EXPECT(count == COUNT && belay_registry_count(second, &count) == BELAY_OK && count == COUNT);
  belay_export copy = exported;
  EXPECT(belay_export_free(&exported) == BELAY_OK && !exported.entries && !exported.count);
  EXPECT(belay_export_free(&exported) == BELAY_OK && belay_export_free(&copy) == BELAY_DOUBLE_RELEASE);
  EXPECT(belay_export_free(NULL) == BELAY_INVALID);

  struct received received = {0, 0, 0, 0};
  EXPECT(belay_stream_items(second, sizeof(struct row), 7, convert_all, receive, &received) == BELAY_OK);
  EXPECT(received.rows == COUNT && received.batches == (COUNT + 6) / 7 && received.sum == sum);
  struct received some = {0, 0, 0, 3};
  EXPECT(belay_stream_items(second, sizeof(struct row), 7, convert_all, receive, &some) == BELAY_STOPPED);
  EXPECT(some.batches == 3 && some.rows == 21);
  int unwanted = 50;
  EXPECT(belay_export_items(second, sizeof(struct row), convert, &unwanted, &exported) == BELAY_STOPPED);
  EXPECT(!exported.entries && !exported.owner);
  EXPECT(belay_export_items(second, 0, convert, NULL, &exported) == BELAY_INVALID);
  EXPECT(belay_export_items(second, 8, NULL, NULL, &exported) == BELAY_INVALID);
  EXPECT(belay_export_items(registry, sizeof(struct row), convert, NULL, &exported) == BELAY_STALE);
  EXPECT(belay_stream_items(second, sizeof(struct row), 0, convert_all, receive, &some) == BELAY_INVALID);
  EXPECT(belay_registry_end(second) == BELAY_OK);
}

static int32_t convert_bound(const belay_item *item, void *entry, belay_handle arena, void *context) {
  (void)arena;
  (void)context;
  EXPECT(item->id.length == 0);
  *(belay_key *)entry = *(int *)item->value == 9 ? item->key : 0;
  return 0;
}

static void bound(void) {
  belay_handle memory = 0, map = 0;
  belay_key key = 0;
  int nine = 9;
  belay_export exported;
  EXPECT(belay_memory_create(&memory) == BELAY_OK && belay_bound_create(memory, NULL, NULL, &map) == BELAY_OK);
  EXPECT(belay_export_items(map, sizeof(belay_key), convert_bound, NULL, &exported) == BELAY_OK && !exported.count);
  EXPECT(belay_export_free(&exported) == BELAY_OK);
  EXPECT(belay_memory_allocate(memory, 8, &key, NULL) == BELAY_OK && belay_bound_set(map, key, &nine) == BELAY_OK);
  EXPECT(belay_export_items(map, sizeof(belay_key), convert_bound, NULL, &exported) == BELAY_OK);
  EXPECT(exported.count == 1 && *(belay_key *)exported.entries == key);
  EXPECT(belay_export_free(&exported) == BELAY_OK);
  EXPECT(belay_bound_end(map) == BELAY_OK && belay_memory_end(memory) == BELAY_OK);
}

int main(void) {
  references();
  destroyed = 0;
  EXPECT(belay_registry_create(&shared) == BELAY_OK);
  pthread_t thread[3];
  unsigned seeds[3] = {1, 22, 333};
  for (int i = 0; i < 3; i++) EXPECT(pthread_create(&thread[i], NULL, work, &seeds[i]) == 0);
  for (int i = 0; i < 3; i++) EXPECT(pthread_join(thread[i], NULL) == 0);
  EXPECT(belay_registry_end(shared) == BELAY_OK && destroyed == added);
  exchange();
  bound();
  puts("ok");
  return 0;
}
