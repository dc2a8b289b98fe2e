#include "cache.h"

#include <stdio.h>
#include <stdlib.h>

#include "_cgo_export.h"

item *cache_add(int id, const char *name) {
	item *added = malloc(sizeof *added);
	snprintf(added->name, sizeof added->name, "%s", name);
	added->id = id;
	return added;
}

void cache_expire(item *expired) {
	itemExpired(expired->id);
	free(expired);
}
