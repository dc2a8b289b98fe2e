// A client of `belay.h` in C++.
#include <belay.h>

#include <cstdio>
#include <string>

namespace {
int ended = 0;
void end(void *object, void *context) {
  delete static_cast<std::string *>(object);
  ++*static_cast<int *>(context);
}
}  // namespace

int main() {
  belay_table *table = belay_table_create("strings", end, &ended);
  belay_handle handle = 0;
  if (belay_table_insert(table, new std::string("text"), &handle) != BELAY_OK) return 1;
  std::size_t length = 0;
  belay_status status = belay_table_with(
      table, handle,
      [](void *object, void *context) { *static_cast<std::size_t *>(context) = static_cast<std::string *>(object)->size(); },
      &length);
  if (status != BELAY_OK || length != 4) return 2;
  if (belay_table_release(table, handle) != BELAY_OK) return 3;
  if (belay_table_release(table, handle) != BELAY_DOUBLE_RELEASE) return 4;
  belay_table_destroy(table);
  if (ended != 1) return 5;
  std::puts("ok");
  return 0;
}
