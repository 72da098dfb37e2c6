/*
 * What is due first: a binary heap of nodes that stand inside their owners' structs.  The heap owns
 * no node.  Room is reserved when an owner is made, so that putting a node in cannot fail.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"

struct heap_node {
	usec at;
	size_t index; /* 0: in no heap */
};

struct heap {
	struct heap_node **nodes; /* from 1 */
	size_t count;
	size_t size;
};

/* Makes room for `count` nodes in all.  Returns 0 or -ENOMEM. */
int heap_reserve(struct heap *heap, size_t count);

/* Frees the room; nodes still in it are forgotten. */
void heap_free(struct heap *heap);

/* Puts the node in, or moves it. */
void heap_put(struct heap *heap, struct heap_node *node, usec at);

/* Takes the node out; one that is not in the heap is left alone. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node with the least time, or NULL; stays in the heap. */
struct heap_node *heap_first(const struct heap *heap);
