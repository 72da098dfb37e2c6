#include "match/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "match/occurrences.h"

/* One evaluation. */
struct evaluation {
	struct occurrences *found;
	const struct matcher *matcher;
	const struct regex_judge *judge;
};

static int push_span(struct occurrences *found, uint32_t start, uint32_t end)
{
	int r;

	r = array_grow((void **)&found->spans, &found->span_size, found->span_count,
		sizeof(*found->spans));
	if (r < 0)
		return r;
	found->spans[found->span_count++] = (struct span){start, end};
	return 0;
}

/* Puts the spans from `base` on into the opposite order. */
static void reverse_spans(struct occurrences *found, size_t base)
{
	size_t end = found->span_count;

	while (base + 1 < end) {
		struct span span = found->spans[base];

		found->spans[base++] = found->spans[--end];
		found->spans[end] = span;
	}
}

static int push_leaf(const struct evaluation *evaluation, uint32_t number)
{
	const struct leaf *leaf = &evaluation->matcher->leaves[number];
	struct occurrences *found = evaluation->found;
	size_t base = found->span_count;
	uint32_t index;
	int r;

	if (!occurrences_has(found, number))
		return 0;
	for (index = found->chains[leaf->slot].last; index; index = found->pool[index].before) {
		uint32_t start = found->pool[index].position;

		r = push_span(found, start, start + leaf->length);
		if (r < 0)
			return r;
	}
	reverse_spans(found, base);
	return 0;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *left = a;
	const struct span *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->end < right->end ? -1 : left->end > right->end;
}

static bool is_sorted(const struct span *spans, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare_spans(&spans[i - 1], &spans[i]) >= 0)
			return false;
	return true;
}

/* Sorts the stack from `base` on and drops what is there twice. */
static void sort_spans(struct occurrences *found, size_t base)
{
	size_t count = found->span_count - base;
	struct span *spans;
	size_t kept = 1;

	if (count < 2)
		return;
	spans = found->spans + base;
	if (is_sorted(spans, count))
		return;
	qsort(spans, count, sizeof(*spans), compare_spans);
	for (size_t i = 1; i < count; i++)
		if (compare_spans(&spans[kept - 1], &spans[i]) != 0)
			spans[kept++] = spans[i];
	found->span_count = base + kept;
}

static int push_near(const struct evaluation *evaluation, const uint32_t *node, bool once);

/* Pushes the spans of an operand of NEAR or ATLEAST; they may be out of order. */
static int push_node(const struct evaluation *evaluation, const uint32_t *node)
{
	const uint32_t *end = node + op_size(*node);
	int r = 0;

	switch (op_kind(*node)) {
	case OP_LEAF:
		return push_leaf(evaluation, op_value(*node));
	case OP_ANY:
		for (node++; node < end && r >= 0; node++)
			r = push_leaf(evaluation, *node);
		return r;
	case OP_OR:
		for (node++; node < end && r >= 0; node += op_size(*node))
			r = push_node(evaluation, node);
		return r;
	case OP_NEAR:
		return push_near(evaluation, node, false);
	default:
		return 0;
	}
}

/* The stack's three parts while the pairs of a NEAR are made. */
struct pairing {
	size_t left;
	size_t right;
	size_t end; /* of the operands; the pairs are above */
	uint32_t distance;
	uint32_t longest; /* of the right spans */
	bool ordered;
	bool once; /* one pair is enough */
};

static bool is_near(
	const struct pairing *pairing, const struct span *left, const struct span *right)
{
	if (right->start >= left->end)
		return right->start - left->end <= pairing->distance;
	if (pairing->ordered || right->end > left->start)
		return false;
	return left->start - right->end <= pairing->distance;
}

/* Pushes all pairs of spans that are near, each as one span over both. */
static int push_pairs(struct occurrences *found, const struct pairing *pairing)
{
	uint64_t reach = (uint64_t)pairing->distance + pairing->longest;
	size_t low = pairing->right;
	int r;

	for (size_t i = pairing->left; i < pairing->right; i++) {
		struct span left = found->spans[i];

		while (low < pairing->end && found->spans[low].start + reach < left.start)
			low++;
		for (size_t k = low; k < pairing->end; k++) {
			struct span right = found->spans[k];

			if (right.start > (uint64_t)left.end + pairing->distance)
				break;
			if (!is_near(pairing, &left, &right))
				continue;
			r = push_span(found, left.start < right.start ? left.start : right.start,
				left.end > right.end ? left.end : right.end);
			if (r < 0)
				return r;
			if (pairing->once || found->span_count - pairing->end >= NEAR_SPANS_MAX)
				return 0;
		}
	}
	return 0;
}

static int push_near(const struct evaluation *evaluation, const uint32_t *node, bool once)
{
	struct occurrences *found = evaluation->found;
	const uint32_t *left = node + 2;
	const uint32_t *right = left + op_size(*left);
	struct pairing pairing = {
		.left = found->span_count,
		.distance = node[1] & ~(uint32_t)NEAR_ORDERED,
		.ordered = node[1] & NEAR_ORDERED,
		.once = once,
	};
	size_t pairs;
	int r;

	r = push_node(evaluation, left);
	if (r < 0 || found->span_count == pairing.left)
		return r;
	sort_spans(found, pairing.left);
	pairing.right = found->span_count;
	r = push_node(evaluation, right);
	if (r < 0)
		return r;
	sort_spans(found, pairing.right);
	pairing.end = found->span_count;
	for (size_t i = pairing.right; i < pairing.end; i++)
		if (found->spans[i].end - found->spans[i].start > pairing.longest)
			pairing.longest = found->spans[i].end - found->spans[i].start;
	r = push_pairs(found, &pairing);
	if (r < 0)
		return r;
	pairs = found->span_count - pairing.end;
	if (pairs > 0)
		memmove(found->spans + pairing.left, found->spans + pairing.end,
			pairs * sizeof(*found->spans));
	found->span_count = pairing.left + pairs;
	sort_spans(found, pairing.left);
	return 0;
}

static int run_near(const struct evaluation *evaluation, const uint32_t *node)
{
	size_t base = evaluation->found->span_count;
	bool any;
	int r;

	r = push_near(evaluation, node, true);
	any = evaluation->found->span_count > base;
	evaluation->found->span_count = base;
	return r < 0 ? r : any;
}

static int run_atleast(const struct evaluation *evaluation, const uint32_t *node)
{
	struct occurrences *found = evaluation->found;
	size_t base = found->span_count;
	uint32_t places = 0;
	int r;

	r = push_node(evaluation, node + 2);
	if (r >= 0)
		sort_spans(found, base);
	for (size_t i = base; i < found->span_count; i++)
		places += i == base || found->spans[i].start != found->spans[i - 1].start;
	found->span_count = base;
	return r < 0 ? r : places >= node[1];
}

static int run_node(const struct evaluation *evaluation, const uint32_t *node)
{
	const struct occurrences *found = evaluation->found;
	const uint32_t *end = node + op_size(*node);
	enum op op = op_kind(*node);
	int r;

	switch (op) {
	case OP_LEAF:
		return occurrences_has(found, op_value(*node));
	case OP_REGEX:
		return evaluation->judge->match(evaluation->judge->userdata,
			&evaluation->matcher->regexes[op_value(*node)]);
	case OP_ANY:
		for (node++; node < end; node++)
			if (occurrences_has(found, *node))
				return 1;
		return 0;
	case OP_OR:
	case OP_AND:
		for (node++; node < end; node += op_size(*node)) {
			r = run_node(evaluation, node);
			if (r != (op == OP_AND))
				return r;
		}
		return op == OP_AND;
	case OP_NOT:
		r = run_node(evaluation, node + 1);
		return r < 0 ? r : !r;
	case OP_NEAR:
		return run_near(evaluation, node);
	case OP_ATLEAST:
		return run_atleast(evaluation, node);
	}
	return 0;
}

int program_run(struct occurrences *occurrences, const struct matcher *matcher,
	const struct regex_judge *judge, const uint32_t *program)
{
	const struct evaluation evaluation = {occurrences, matcher, judge};

	return run_node(&evaluation, program);
}

int program_spans(struct occurrences *occurrences, const struct matcher *matcher,
	const uint32_t *program, const struct span **ret, size_t *ret_count)
{
	const struct evaluation evaluation = {occurrences, matcher, NULL};
	int r;

	occurrences->span_count = 0;
	r = push_node(&evaluation, program);
	if (r < 0)
		return r;
	sort_spans(occurrences, 0);
	*ret = occurrences->spans;
	*ret_count = occurrences->span_count;
	occurrences->span_count = 0;
	return 0;
}
