#include "options.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct guard_options options = {
    .sample = 1,
    .budget = 256u << 20,
    .quarantine = 65536,
    .events = -1,
    .hold = 30,
};

static void refuse(const char *part, size_t length) {
  static const char start[] = "belay guard: BELAY_GUARD has '";
  static const char end[] = "'; known are sample=N, budget=BYTES, quarantine=BLOCKS, events=DESCRIPTOR and hold=SECONDS\n";
  // There is no better place to say it if this fails.
  (void)!write(STDERR_FILENO, start, sizeof start - 1);
  (void)!write(STDERR_FILENO, part, length);
  (void)!write(STDERR_FILENO, end, sizeof end - 1);
  _exit(2);
}

static bool read_number(const char *text, const char *end, uint64_t *number) {
  if (text == end) return false;
  uint64_t result = 0;
  for (; text < end; text++) {
    if (*text < '0' || *text > '9') return false;
    if (__builtin_mul_overflow(result, 10, &result) || __builtin_add_overflow(result, (uint64_t)(*text - '0'), &result)) return false;
  }
  *number = result;
  return true;
}

static bool read_part(const char *part, const char *end) {
  const struct {
    const char *name;
    uint64_t *value, least, most;
  } known[] = {
      {"sample=", &options.sample, 1, UINT32_MAX},
      {"budget=", &options.budget, 4096, UINT64_MAX},
      {"quarantine=", &options.quarantine, 1, 1u << 22},
      {"events=", (uint64_t *)&options.events, 0, 1u << 20},
      {"hold=", &options.hold, 0, 86400},
  };
  for (size_t index = 0; index < sizeof known / sizeof *known; index++) {
    size_t length = strlen(known[index].name);
    if ((size_t)(end - part) < length || memcmp(part, known[index].name, length) != 0) continue;
    uint64_t number;
    if (!read_number(part + length, end, &number) || number < known[index].least || number > known[index].most) return false;
    *known[index].value = number;
    return true;
  }
  return false;
}

void read_options(void) {
  const char *text = getenv("BELAY_GUARD");
  while (text && *text) {
    const char *end = strchr(text, ',');
    if (!end) end = text + strlen(text);
    if (!read_part(text, end)) refuse(text, (size_t)(end - text));
    text = *end ? end + 1 : end;
  }
}
