#include "base/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
	FIRST_SIZE = 64,
};

int heap_reserve(struct heap *heap, size_t count)
{
	size_t size = heap->size > 0 ? heap->size : FIRST_SIZE;
	struct heap_node **nodes;

	if (count < heap->size)
		return 0;
	while (size <= count)
		size *= 2;
	nodes = reallocarray(heap->nodes, size, sizeof(struct heap_node *));
	if (!nodes)
		return -ENOMEM;
	heap->nodes = nodes;
	heap->size = size;
	return 0;
}

void heap_free(struct heap *heap)
{
	free(heap->nodes);
	*heap = (struct heap){0};
}

static void set(struct heap *heap, size_t index, struct heap_node *node)
{
	heap->nodes[index] = node;
	node->index = index;
}

static void sift_up(struct heap *heap, struct heap_node *node)
{
	size_t index = node->index;

	while (index > 1 && heap->nodes[index / 2]->at > node->at) {
		set(heap, index, heap->nodes[index / 2]);
		index /= 2;
	}
	set(heap, index, node);
}

static void sift_down(struct heap *heap, struct heap_node *node)
{
	size_t index = node->index;

	for (;;) {
		size_t child = 2 * index;

		if (child > heap->count)
			break;
		if (child < heap->count && heap->nodes[child + 1]->at < heap->nodes[child]->at)
			child++;
		if (heap->nodes[child]->at >= node->at)
			break;
		set(heap, index, heap->nodes[child]);
		index = child;
	}
	set(heap, index, node);
}

void heap_put(struct heap *heap, struct heap_node *node, usec at)
{
	node->at = at;
	if (node->index == 0) {
		assert(heap->count + 1 < heap->size);
		set(heap, ++heap->count, node);
	}
	sift_up(heap, node);
	sift_down(heap, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
	size_t index = node->index;
	struct heap_node *last;

	if (index == 0)
		return;
	assert(index <= heap->count && heap->nodes[index] == node);
	node->index = 0;
	last = heap->nodes[heap->count--];
	if (last == node)
		return;
	set(heap, index, last);
	sift_up(heap, last);
	sift_down(heap, last);
}

struct heap_node *heap_first(const struct heap *heap)
{
	return heap->count > 0 ? heap->nodes[1] : NULL;
}
