#ifndef CACHE_H
#define CACHE_H

typedef struct item {
	char name[24];
	int id;
} item;

item *cache_add(int id, const char *name);

/* Tells Go that the item's time is over, and frees it. */
void cache_expire(item *expired);

#endif
