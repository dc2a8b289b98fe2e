// Callbacks, arenas and tracked memory of `belay.h`.
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

// A library that keeps a function and a context, as C libraries do.
static void (*kept_function)(void *context, int number);
static void *kept_context;

static void trampoline(void *context, int number) { (void)belay_callback_call(context, &number); }

static int sum, contexts_ended;
static belay_handle itself;
static void add(void *argument, void *context) { sum += *(int *)argument * *(int *)context; }
static void add_once(void *argument, void *context) {
  add(argument, context);
  EXPECT(belay_callback_cancel(itself) == BELAY_OK);
}
static void context_ended(void *context) {
  free(context);
  __atomic_add_fetch(&contexts_ended, 1, __ATOMIC_SEQ_CST);
}

static int *number(int value) {
  int *made = malloc(sizeof *made);
  EXPECT(made);
  *made = value;
  return made;
}

static void callbacks(void) {
  belay_handle callback = 0;
  EXPECT(belay_callback_create(BELAY_REPEATED, add, number(10), context_ended, &callback) == BELAY_OK);
  kept_function = trampoline;
  kept_context = belay_handle_to_context(callback);
  kept_function(kept_context, 1);
  kept_function(kept_context, 2);
  EXPECT(sum == 30 && belay_callback_late_calls() == 0);
  EXPECT(belay_callback_cancel(callback) == BELAY_OK && belay_callback_cancel(callback) == BELAY_DOUBLE_RELEASE);
  kept_function(kept_context, 100);
  EXPECT(sum == 30 && belay_callback_late_calls() == 1);
  EXPECT(belay_callback_create(BELAY_ONCE, add, number(1), context_ended, &callback) == BELAY_OK);
  int argument = 5;
  EXPECT(belay_callback_call(belay_handle_to_context(callback), &argument) == BELAY_OK && sum == 35);
  EXPECT(belay_callback_call(belay_handle_to_context(callback), &argument) == BELAY_STALE && sum == 35);
  EXPECT(belay_callback_cancel(callback) == BELAY_DOUBLE_RELEASE && belay_callback_cancel(42) == BELAY_FORGED);
  EXPECT(belay_callback_create(BELAY_REPEATED, add_once, number(1), context_ended, &itself) == BELAY_OK);
  EXPECT(belay_callback_call(belay_handle_to_context(itself), &argument) == BELAY_OK && sum == 40);
  EXPECT(belay_callback_call(NULL, NULL) == BELAY_STALE && belay_callback_late_calls() == 3);
  EXPECT(belay_callback_create(7, add, NULL, NULL, &callback) == BELAY_INVALID && !callback);
  EXPECT(belay_callback_create(BELAY_ONCE, NULL, NULL, NULL, &callback) == BELAY_INVALID);
  EXPECT(belay_callback_create(BELAY_ONCE, add, NULL, NULL, NULL) == BELAY_INVALID);
}

struct point {
  double x;
  struct point *next;
};

static belay_handle shared_arena;
static void *fill(void *seed) {
  for (size_t i = 1; i < 2000; i++) {
    unsigned char *memory = NULL;
    size_t alignment = (size_t)1 << (i % 7);
    EXPECT(belay_arena_allocate(shared_arena, i, alignment, (void **)&memory) == BELAY_OK);
    EXPECT((uintptr_t)memory % alignment == 0 && memory[0] == 0 && memory[i - 1] == 0);
    memset(memory, *(int *)seed, i);
  }
  return NULL;
}

static void arenas(void) {
  belay_handle arena = 0;
  void *memory = NULL;
  size_t used = 0;
  EXPECT(belay_arena_create("points", &arena) == BELAY_OK && belay_arena_create(NULL, NULL) == BELAY_INVALID);
  struct point *list = NULL;
  for (int i = 0; i < 10000; i++) {
    EXPECT(belay_arena_allocate(arena, sizeof(struct point), _Alignof(struct point), &memory) == BELAY_OK);
    struct point *point = memory;
    EXPECT(point->x == 0 && point->next == NULL);
    point->x = i;
    point->next = list;
    list = point;
  }
  double total = 0;
  for (struct point *point = list; point; point = point->next) total += point->x;
  EXPECT(total == 49995000.0);
  belay_string text;
  EXPECT(belay_arena_string(arena, "h\xc3\xa9llo, more", 6, &text) == BELAY_OK);
  EXPECT(text.length == 6 && strcmp(text.bytes, "h\xc3\xa9llo") == 0);
  EXPECT(belay_arena_string(arena, NULL, 0, &text) == BELAY_OK && text.length == 0 && text.bytes[0] == 0);
  EXPECT(belay_arena_string(arena, NULL, 3, &text) == BELAY_INVALID && !text.bytes);
  EXPECT(belay_arena_used(arena, &used) == BELAY_OK && used >= 160000);
  EXPECT(belay_arena_allocate(arena, 1, 3, &memory) == BELAY_INVALID && !memory);
  EXPECT(belay_arena_allocate(arena, 1, 8192, &memory) == BELAY_INVALID);
  EXPECT(belay_arena_allocate(arena, (size_t)-1, 1, &memory) == BELAY_OUT_OF_MEMORY);
  EXPECT(belay_arena_allocate(arena, (size_t)-1 / 2, 1, &memory) == BELAY_OUT_OF_MEMORY);
  EXPECT(belay_arena_allocate(arena, 0, 1, &memory) == BELAY_OK && memory);
  EXPECT(belay_arena_end(arena) == BELAY_OK && belay_arena_end(arena) == BELAY_DOUBLE_RELEASE);
  EXPECT(belay_arena_allocate(arena, 1, 1, &memory) == BELAY_STALE && !memory);
  EXPECT(belay_arena_used(arena, &used) == BELAY_STALE && used == 0);

  EXPECT(belay_arena_create(NULL, &shared_arena) == BELAY_OK);
  pthread_t thread[3];
  int seeds[3] = {1, 2, 3};
  for (int i = 0; i < 3; i++) EXPECT(pthread_create(&thread[i], NULL, fill, &seeds[i]) == 0);
  for (int i = 0; i < 3; i++) EXPECT(pthread_join(thread[i], NULL) == 0);
  EXPECT(belay_arena_used(shared_arena, &used) == BELAY_OK && used == 3 * 1999000);
  EXPECT(belay_arena_end(shared_arena) == BELAY_OK);
}

static int values_ended, released;
static belay_handle map;
static void value_ended(void *value, void *context) {
  EXPECT(context == &values_ended);
  free(value);
  values_ended++;
}
static void release(void *base, void *context) {
  size_t count = 1;
  // Its entry has left the map before.
  EXPECT(belay_bound_count(map, &count) == BELAY_OK && count == 0);
  free(base);
  ++*(int *)context;
}
static void lend(void *base, size_t byte_count, void *context) {
  memset(base, 1, byte_count);
  *(size_t *)context = byte_count;
}
static void read(void *value, void *context) { *(int *)context = *(int *)value; }

static void tracked(void) {
  belay_handle memory = 0, other = 0;
  belay_key key = 0, second = 0;
  void *base = NULL;
  size_t size = 0, count = 0;
  int value = 0;
  EXPECT(belay_memory_create(&memory) == BELAY_OK && belay_memory_create(&other) == BELAY_OK);
  EXPECT(belay_bound_create(memory, value_ended, &values_ended, &map) == BELAY_OK);
  EXPECT(belay_memory_allocate(memory, 64, &key, &base) == BELAY_OK && key && base);
  EXPECT(belay_memory_with(memory, key, lend, &size) == BELAY_OK && size == 64 && *(char *)base == 1);
  EXPECT(belay_memory_key(memory, base, &second) == BELAY_OK && second == key);
  EXPECT(belay_memory_key(other, base, &second) == BELAY_FOREIGN_MEMORY && !second);
  EXPECT(belay_bound_with(map, key, read, &value) == BELAY_UNKNOWN);
  EXPECT(belay_bound_set(map, key, number(1)) == BELAY_OK && belay_bound_set(map, key, number(2)) == BELAY_OK);
  EXPECT(values_ended == 1 && belay_bound_with(map, key, read, &value) == BELAY_OK && value == 2);
  EXPECT(belay_memory_free_address(other, base) == BELAY_FOREIGN_MEMORY);
  EXPECT(belay_memory_free(memory, key) == BELAY_OK && values_ended == 2);
  EXPECT(belay_memory_free(memory, key) == BELAY_DOUBLE_FREE);
  EXPECT(belay_memory_free_address(memory, base) == BELAY_FOREIGN_MEMORY);
  int *late = number(3);
  EXPECT(belay_bound_set(map, key, late) == BELAY_DEAD_KEY && values_ended == 2 && *late == 3);
  free(late);
  EXPECT(belay_bound_with(map, key, read, &value) == BELAY_DEAD_KEY && belay_bound_remove(map, key) == BELAY_DEAD_KEY);
  EXPECT(belay_memory_with(memory, key, lend, &size) == BELAY_DEAD_KEY);

  void *theirs = malloc(32);
  EXPECT(belay_memory_adopt(memory, theirs, 32, release, &released, &key) == BELAY_OK);
  EXPECT(belay_memory_adopt(memory, theirs, 32, release, &released, &second) == BELAY_ALREADY_TRACKED && !second);
  EXPECT(belay_bound_set(map, key, number(4)) == BELAY_OK && belay_bound_remove(map, key) == BELAY_OK);
  EXPECT(values_ended == 3 && belay_bound_remove(map, key) == BELAY_UNKNOWN);
  EXPECT(belay_bound_set(map, key, number(5)) == BELAY_OK);
  EXPECT(belay_memory_free_address(memory, theirs) == BELAY_OK && released == 1 && values_ended == 4);

  // A map that ends, and memory that ends, with what is in them.
  EXPECT(belay_memory_allocate(memory, 8, &key, NULL) == BELAY_OK && belay_bound_set(map, key, number(6)) == BELAY_OK);
  EXPECT(belay_bound_end(map) == BELAY_OK && values_ended == 5 && belay_bound_end(map) == BELAY_DOUBLE_RELEASE);
  EXPECT(belay_memory_count(memory, &count) == BELAY_OK && count == 1);
  EXPECT(belay_memory_end(memory) == BELAY_OK && belay_memory_end(other) == BELAY_OK);
  EXPECT(belay_memory_count(memory, &count) == BELAY_STALE && count == 0);
  EXPECT(belay_memory_allocate(memory, 1, &key, NULL) == BELAY_STALE && !key);
  // A handle of another kind is none of this one's.
  belay_handle arena = 0;
  EXPECT(belay_arena_create("other kind", &arena) == BELAY_OK && belay_memory_end(arena) == BELAY_FOREIGN);
  EXPECT(belay_arena_end(arena) == BELAY_OK);
  EXPECT(belay_memory_create(NULL) == BELAY_INVALID && belay_memory_with(memory, key, NULL, NULL) == BELAY_INVALID);
  EXPECT(belay_bound_create(memory, NULL, NULL, &map) == BELAY_STALE && !map);
}

int main(void) {
  callbacks();
  arenas();
  tracked();
  puts("ok");
  return 0;
}
