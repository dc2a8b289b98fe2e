// A client of `belay.h` in C: every status, several threads, each object ended once.
#include <belay.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                        \
  do {                                                                           \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);   \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

static int ended;

static void end(void *object, void *context) {
  __atomic_fetch_add((int *)context, 1, __ATOMIC_RELAXED);
  free(object);
}

static void *number(int value) {
  int *object = malloc(sizeof *object);
  EXPECT(object);
  *object = value;
  return object;
}

static void add(void *object, void *context) { *(int *)context += *(int *)object; }

static void statuses(void) {
  belay_table *table = belay_table_create("numbers", end, &ended), *other = belay_table_create(NULL, NULL, NULL);
  EXPECT(table && other);
  belay_handle handle, foreign;
  EXPECT(belay_table_insert(table, number(7), &handle) == BELAY_OK && belay_table_count(table) == 1);
  EXPECT(belay_handle_from_context(belay_handle_to_context(handle)) == handle && (handle & 1) == 1);
  EXPECT(belay_table_insert(other, NULL, &foreign) == BELAY_OK);
  int sum = 0;
  EXPECT(belay_table_with(table, handle, add, &sum) == BELAY_OK && sum == 7);
  EXPECT(belay_table_with(table, foreign, add, &sum) == BELAY_FOREIGN);
  EXPECT(belay_table_with(table, 42, add, &sum) == BELAY_FORGED);
  EXPECT(belay_table_with(table, (belay_handle)(uintptr_t)&sum, add, &sum) == BELAY_FORGED && sum == 7);
  EXPECT(belay_table_retain(table, handle) == BELAY_OK && belay_table_release(table, handle) == BELAY_OK);
  void *object = NULL;
  belay_pin *pin = NULL;
  EXPECT(belay_table_pin(table, handle, &object, &pin) == BELAY_OK && *(int *)object == 7);
  EXPECT(belay_table_remove(table, handle) == BELAY_OK && belay_table_count(table) == 0);
  EXPECT(belay_table_reclaim(table) == 0 && ended == 0 && *(int *)object == 7);
  belay_unpin(pin);
  belay_unpin(NULL);
  EXPECT(ended == 1);
  EXPECT(belay_table_with(table, handle, add, &sum) == BELAY_STALE);
  EXPECT(belay_table_pin(table, handle, &object, &pin) == BELAY_STALE && !object && !pin);
  EXPECT(belay_table_retain(table, handle) == BELAY_STALE);
  EXPECT(belay_table_release(table, handle) == BELAY_DOUBLE_RELEASE);
  EXPECT(belay_table_insert(NULL, NULL, &handle) == BELAY_INVALID && belay_table_insert(table, NULL, NULL) == BELAY_INVALID);
  EXPECT(belay_table_with(table, handle, NULL, NULL) == BELAY_INVALID && belay_table_retain(NULL, handle) == BELAY_INVALID);
  for (int32_t status = BELAY_OK; status <= BELAY_STOPPED; status++)
    EXPECT(strcmp(belay_status_text(status), "unknown status") != 0);
  EXPECT(strcmp(belay_status_text(99), "unknown status") == 0);
  for (int i = 0; i < 3000; i++) EXPECT(belay_table_insert(table, number(i), &handle) == BELAY_OK);
  belay_table_destroy(table);
  belay_table_destroy(other);
  belay_table_destroy(NULL);
  EXPECT(ended == 3001);
}

#define PLACES 64
static belay_table *shared;
static belay_handle places[PLACES];

static void check(void *object, void *context) { EXPECT(*(int *)object % PLACES == *(int *)context); }

static void *work(void *seed) {
  unsigned state = *(unsigned *)seed;
  for (int step = 0; step < 20000; step++) {
    state = state * 1664525u + 1013904223u;
    int place = (int)(state >> 8) % PLACES;
    belay_handle handle = 0;
    if (state >> 30 == 0) {
      EXPECT(belay_table_insert(shared, number(step * PLACES + place), &handle) == BELAY_OK);
      handle = __atomic_exchange_n(&places[place], handle, __ATOMIC_ACQ_REL);
      if (handle) EXPECT(belay_table_release(shared, handle) == BELAY_OK);
    } else {
      handle = __atomic_load_n(&places[place], __ATOMIC_ACQUIRE);
      belay_status status = belay_table_with(shared, handle, check, &place);
      EXPECT(status == BELAY_OK || status == BELAY_STALE || (status == BELAY_FORGED && !handle));
    }
  }
  return NULL;
}

static void threads(void) {
  int count = 0;
  shared = belay_table_create("shared", end, &count);
  pthread_t thread[4];
  unsigned seeds[4] = {1, 22, 333, 4444};
  for (int i = 0; i < 4; i++) EXPECT(pthread_create(&thread[i], NULL, work, &seeds[i]) == 0);
  for (int i = 0; i < 4; i++) EXPECT(pthread_join(thread[i], NULL) == 0);
  for (int i = 0; i < PLACES; i++)
    if (places[i]) EXPECT(belay_table_remove(shared, places[i]) == BELAY_OK);
  EXPECT(belay_table_count(shared) == 0);
  belay_table_destroy(shared);
}

static char order[16];
static void note(void *pointer, void *context) {
  (void)context;
  strcat(order, (const char *)pointer);
}

static void resources(void) {
  belay_resource *database = belay_resource_create("database", (void *)"d", note, NULL, NULL);
  belay_resource *statement = belay_resource_create("statement", (void *)"s", note, NULL, database);
  EXPECT(database && statement && !belay_resource_create("nothing", NULL, note, NULL, NULL));
  EXPECT(belay_resource_release(database) == BELAY_OK && order[0] == 0);
  EXPECT(belay_resource_retain(statement) == BELAY_OK && belay_resource_release(statement) == BELAY_OK);
  EXPECT(belay_resource_pointer(statement) && belay_resource_release(statement) == BELAY_OK && strcmp(order, "sd") == 0);
  EXPECT(belay_resource_release(statement) == BELAY_RELEASED && belay_resource_retain(database) == BELAY_RELEASED);
  EXPECT(!belay_resource_pointer(database) && !belay_resource_create("late", order, note, NULL, database));
  EXPECT(belay_resource_retain(NULL) == BELAY_INVALID && belay_resource_release(NULL) == BELAY_INVALID);
  belay_resource_forget(statement);
  belay_resource_forget(database);
  belay_resource_forget(NULL);
  EXPECT(strcmp(order, "sd") == 0);
}

int main(void) {
  statuses();
  threads();
  resources();
  puts("ok");
  return 0;
}
