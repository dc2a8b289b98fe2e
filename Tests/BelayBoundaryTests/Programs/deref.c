// Dereferences a handle: a fault at once.
#include <belay.h>

int main(void) {
  belay_table *table = belay_table_create("numbers", 0, 0);
  belay_handle handle = 0;
  if (belay_table_insert(table, &handle, &handle) != BELAY_OK) return 1;
  return *(volatile int *)belay_handle_to_context(handle);
}
