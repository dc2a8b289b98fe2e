// A program that commits the fault it is told to; for the tests of the guard. Built without optimisation, so that the faults stay what they are written as.
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *session_new(size_t size) { return malloc(size); }
static void session_free(char *session) { free(session); }

static volatile char sink;

static void read_after_free(void) {
  char *session = session_new(10);
  session_free(session);
  sink = session[3];
}

static void write_after_free(void) {
  char *session = session_new(5000);
  session_free(session);
  session[4999] = 1;
}

static void read_behind(void) {
  char *session = session_new(16);
  sink = session[16];
}

static void write_behind_by_one(void) {
  char *session = session_new(10);
  session[10] = 1;
  session_free(session);
}

static void read_before(void) {
  char *session = session_new(4096);
  sink = session[-1];
}

static void write_before_by_one(void) {
  char *session = session_new(100);
  session[-1] = 7;
  session_free(session);
}

static void free_twice(void) {
  char *session = session_new(10);
  session_free(session);
  session_free(session);
}

static void free_inside(void) {
  char *session = session_new(10);
  session_free(session + 4);
}

static void keep_old_after_realloc(void) {
  char *session = session_new(10);
  char *larger = realloc(session, 100);
  larger[99] = 1;
  sink = session[0];
}

static void read_null(void) { sink = *(volatile char *)8; }

static sigjmp_buf before;
static int handled;

static void handler(int number, siginfo_t *information, void *context) {
  (void)number, (void)information, (void)context;
  handled++;
  siglongjmp(before, 1);
}

// The program's own handler comes after the report, and the program sees only its own.
static void handle_itself(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO}, installed;
  sigaction(SIGSEGV, &action, NULL);
  if (sigsetjmp(before, 1) == 0) read_after_free();
  sigaction(SIGSEGV, NULL, &installed);
  printf("handled %d, own handler %d\n", handled, installed.sa_sigaction == handler);
}

static void *churn(void *seed) {
  unsigned random = (unsigned)(size_t)seed;
  char *blocks[64] = {0};
  for (int round = 0; round < 20000; round++) {
    random = random * 1103515245 + 12345;
    int slot = (random >> 8) & 63;
    if (blocks[slot]) {
      if (blocks[slot][0] != slot) abort();
      free(blocks[slot]);
      blocks[slot] = NULL;
    } else {
      size_t size = 1 + ((random >> 14) % 3000);
      blocks[slot] = malloc(size);
      memset(blocks[slot], slot, size);
    }
  }
  for (int slot = 0; slot < 64; slot++) free(blocks[slot]);
  return NULL;
}

static void use_threads(void) {
  pthread_t threads[4];
  for (size_t index = 0; index < 4; index++) pthread_create(&threads[index], NULL, churn, (void *)(index + 1));
  for (size_t index = 0; index < 4; index++) pthread_join(threads[index], NULL);
  puts("fine");
}

// What a child frees is not freed for its parent.
static void use_fork(void) {
  char *session = session_new(10);
  strcpy(session, "parent's");
  pid_t child = fork();
  if (child == 0) {
    session_free(session);
    char *other = session_new(20);
    other[0] = 1;
    session_free(other);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  printf("%s %d\n", session, status);
  session_free(session);
}

// A fault in a forked child is reported as the child's.
static void fault_in_child(void) {
  pid_t child = fork();
  if (child == 0) read_after_free();
  int status;
  waitpid(child, &status, 0);
  printf("signal %d\n", WTERMSIG(status));
}

static void allocate_in_handler(int number) {
  (void)number;
  free(malloc(100));
}

// A signal can interrupt the guard itself.
static void use_signals(void) {
  signal(SIGALRM, allocate_in_handler);
  ualarm(500, 500);
  churn((void *)7);
  ualarm(0, 0);
  puts("fine");
}

static void use_all_functions(void) {
  for (size_t alignment = 16; alignment <= 1 << 20; alignment *= 2) {
    for (size_t size = 1; size < 300000; size = size * 3 + 1) {
      void *block;
      if (posix_memalign(&block, alignment, size) || (size_t)block % alignment) abort();
      memset(block, 1, size);
      if (malloc_usable_size(block) < size) abort();
      free(block);
    }
  }
  char *zeros = calloc(1000, 7);
  for (int index = 0; index < 7000; index++) {
    if (zeros[index]) abort();
  }
  zeros = reallocarray(zeros, 100, 70);
  free(zeros);
  volatile size_t huge = (size_t)-1 / 2;
  if (calloc(huge, 3) || reallocarray(NULL, huge, 3) || malloc(huge)) abort();
  void *block;
  if (posix_memalign(&block, 24, 8) == 0) abort();
  char *copy = strdup("copy"), *part = strndup("copy", 2);
  if (strcmp(copy, "copy") || strcmp(part, "co")) abort();
  free(copy);
  free(part);
  free(malloc(0));
  free(NULL);
  free(aligned_alloc(64, 128));
  free(valloc(10));
  free(memalign(32, 10));
  puts("fine");
}

// More blocks than the budget holds: the rest is not guarded, and all works.
static void use_much(void) {
  enum { COUNT = 100000 };
  static char *blocks[COUNT];
  for (int index = 0; index < COUNT; index++) {
    blocks[index] = session_new(100);
    blocks[index][0] = (char)index;
  }
  for (int index = 0; index < COUNT; index++) {
    if (blocks[index][0] != (char)index) abort();
    session_free(blocks[index]);
  }
  puts("fine");
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*run)(void);
  } known[] = {
      {"read-after-free", read_after_free}, {"write-after-free", write_after_free}, {"read-behind", read_behind},
      {"write-behind-by-one", write_behind_by_one}, {"read-before", read_before}, {"write-before-by-one", write_before_by_one},
      {"free-twice", free_twice}, {"free-inside", free_inside}, {"old-after-realloc", keep_old_after_realloc},
      {"null", read_null}, {"own-handler", handle_itself}, {"threads", use_threads}, {"fork", use_fork},
      {"fault-in-child", fault_in_child}, {"signals", use_signals}, {"functions", use_all_functions}, {"much", use_much},
  };
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t index = 0; count == 2 && index < sizeof known / sizeof *known; index++) {
    if (strcmp(arguments[1], known[index].name) != 0) continue;
    known[index].run();
    return 0;
  }
  fprintf(stderr, "usage: faults NAME\n");
  return 2;
}
