// The table of guarded blocks, in memory that `belay guard` maps too.
#ifndef BELAY_GUARD_TABLE_H
#define BELAY_GUARD_TABLE_H

#include <stdbool.h>

#include "belay_guard.h"

// Null until `table_create`.
extern struct belay_guard_table *table;

// The descriptor of the file that holds the table.
extern int table_file;

// Makes the table, for at most `capacity` blocks in a region. After a fork the child calls it to get a table of its own with what the parent had.
bool table_create(uint32_t capacity, uintptr_t region, uintptr_t region_bytes);
bool table_copy(void);

#endif
