#include "base/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
	NODES = 500,
};

static void test_heap_gives_the_least_first(void **state)
{
	struct heap heap = {0};
	struct heap_node nodes[NODES] = {0};
	usec last = 0;

	(void)state;
	assert_null(heap_first(&heap));
	assert_int_equal(heap_reserve(&heap, NODES), 0);
	for (size_t i = 0; i < NODES; i++)
		heap_put(&heap, &nodes[i], (i * 7919) % 997);
	for (size_t i = 0; i < NODES; i++) {
		struct heap_node *first = heap_first(&heap);

		assert_true(first->at >= last);
		last = first->at;
		heap_remove(&heap, first);
	}
	assert_null(heap_first(&heap));
	heap_free(&heap);
}

static void test_heap_moves_and_removes_any_node(void **state)
{
	struct heap heap = {0};
	struct heap_node nodes[NODES] = {0};
	size_t left = 0;
	usec last = 0;

	(void)state;
	assert_int_equal(heap_reserve(&heap, NODES), 0);
	for (size_t i = 0; i < NODES; i++)
		heap_put(&heap, &nodes[i], 1000 - i);
	for (size_t i = 0; i < NODES; i++) {
		if (i % 3 == 0)
			heap_remove(&heap, &nodes[i]);
		else
			heap_put(&heap, &nodes[i], (i * 31) % 211);
	}
	heap_remove(&heap, &nodes[0]); /* a second time: nothing happens */
	for (struct heap_node *first = heap_first(&heap); first; first = heap_first(&heap)) {
		assert_true(first->at >= last);
		assert_true((first - nodes) % 3 != 0);
		last = first->at;
		heap_remove(&heap, first);
		left++;
	}
	assert_int_equal(left, NODES - (NODES + 2) / 3);
	heap_free(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heap_gives_the_least_first),
		cmocka_unit_test(test_heap_moves_and_removes_any_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
