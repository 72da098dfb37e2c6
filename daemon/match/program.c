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

/* Spans [at, end) of the stack, sorted. */
struct side {
	size_t at;
	size_t end;
};

/* What a NEAR asks of a pair, while its pairs are made above its operands on the stack. */
struct pairing {
	size_t base; /* of the pairs */
	uint32_t distance;
	uint32_t last_end; /* of all spans of both operands */
	size_t steps;
	bool once; /* one pair is enough */
};

/* Whether all is found that is looked for. */
static bool is_done(const struct occurrences *found, const struct pairing *pairing)
{
	size_t pairs = found->span_count - pairing->base;

	return pairs >= NEAR_SPANS_MAX || pairing->steps >= NEAR_STEPS_MAX ||
		(pairing->once && pairs > 0);
}

/* The first of the side's spans that begins at `start` or later. */
static size_t first_from(const struct occurrences *found, struct side side, uint32_t start)
{
	while (side.at < side.end) {
		size_t middle = side.at + (side.end - side.at) / 2;

		if (found->spans[middle].start < start)
			side.at = middle + 1;
		else
			side.end = middle;
	}
	return side.at;
}

/* Makes room for stamps of ends up to `last`, and a stamp that none of them has. */
static int next_stamp(struct occurrences *found, uint32_t last)
{
	size_t size = found->stamp_size;
	int r;

	r = array_reserve((void **)&found->stamps, &found->stamp_size, (size_t)last + 1,
		sizeof(*found->stamps));
	if (r < 0)
		return r;
	memset(found->stamps + size, 0, (found->stamp_size - size) * sizeof(*found->stamps));
	if (++found->stamp == 0) {
		memset(found->stamps, 0, found->stamp_size * sizeof(*found->stamps));
		found->stamp = 1;
	}
	return 0;
}

/* Whether no span with this end was made under the stamp yet. */
static bool take_end(struct occurrences *found, uint32_t end)
{
	bool is_new = found->stamps[end] != found->stamp;

	found->stamps[end] = found->stamp;
	return is_new;
}

/*
 * Pushes the pairs of the spans of `group`, which begin at one place, with those of `behind` that
 * are near one's end.  All of these pairs begin there: which one it is near does not matter.
 */
static int push_group(struct occurrences *found, struct pairing *pairing, struct side group,
	const struct side *behind)
{
	struct span first = found->spans[group.at];
	uint64_t last = (uint64_t)found->spans[group.end - 1].end + pairing->distance;
	size_t k = first_from(found, *behind, first.end);
	size_t base = found->span_count;
	int r;

	r = next_stamp(found, pairing->last_end);
	if (r < 0)
		return r;
	for (; k < behind->end && !is_done(found, pairing); k++) {
		struct span span = found->spans[k];

		if (span.start > last)
			break;
		pairing->steps++;
		/* Of those that end before it, the one that ends last. */
		while (group.at + 1 < group.end && found->spans[group.at + 1].end <= span.start)
			group.at++;
		if (span.start - found->spans[group.at].end > pairing->distance ||
			!take_end(found, span.end))
			continue;
		r = push_span(found, first.start, span.end);
		if (r < 0)
			return r;
	}
	sort_spans(found, base);
	return 0;
}

/* Pushes all pairs of a span of `before` and one of `behind`, each as one span over both. */
static int push_pairs(struct occurrences *found, struct pairing *pairing, struct side before,
	const struct side *behind)
{
	struct side group = {before.at, before.at};
	int r = 0;

	while (group.at < before.end && !is_done(found, pairing) && r >= 0) {
		uint32_t start = found->spans[group.at].start;

		while (group.end < before.end && found->spans[group.end].start == start)
			group.end++;
		r = push_group(found, pairing, group, behind);
		group.at = group.end;
	}
	return r;
}

static int push_near(const struct evaluation *evaluation, const uint32_t *node, bool once)
{
	struct occurrences *found = evaluation->found;
	const uint32_t *operand = node + 2;
	bool ordered = node[1] & NEAR_ORDERED;
	struct pairing pairing = {.distance = node[1] & ~(uint32_t)NEAR_ORDERED, .once = once};
	struct side left = {.at = found->span_count};
	struct side right;
	size_t pairs;
	int r;

	r = push_node(evaluation, operand);
	if (r < 0 || found->span_count == left.at)
		return r;
	sort_spans(found, left.at);
	left.end = right.at = found->span_count;
	r = push_node(evaluation, operand + op_size(*operand));
	if (r < 0)
		return r;
	sort_spans(found, right.at);
	right.end = pairing.base = found->span_count;
	for (size_t i = left.at; i < right.end; i++)
		if (found->spans[i].end > pairing.last_end)
			pairing.last_end = found->spans[i].end;
	r = push_pairs(found, &pairing, left, &right);
	if (r >= 0 && !ordered)
		r = push_pairs(found, &pairing, right, &left);
	if (r < 0)
		return r;
	pairs = found->span_count - pairing.base;
	if (pairs > 0)
		memmove(found->spans + left.at, found->spans + pairing.base,
			pairs * sizeof(*found->spans));
	found->span_count = left.at + pairs;
	sort_spans(found, left.at);
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
