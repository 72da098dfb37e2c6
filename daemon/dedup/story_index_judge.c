#include <errno.h>
#include <stdio.h>

#include "dedup/story_index_inside.h"

enum {
	COMPARED_OF_STORY = 3,   /* of those that are compared at most of one story */
	RANKED_MAX = 64,         /* candidates worth comparing, of which the best are */
	PREFETCH = 16,           /* features ahead */
	FOUND_AHEAD = 4,         /* features whose records are on their way */
	FEATURE_STORIES_MAX = 5, /* a feature of more stories leads to none */
};

/*
 * What a candidate must have in common to be compared, by how long the two are: nearly all that is
 * kept of a short text is found again in a copy of it, but little of a long one in its summary.
 * A summary in new words has next to nothing, but at least a rare word that no more than two
 * stories have (0.3); a pair of names that one story has (1), and nothing else, is chance.
 */
enum {
	LENGTHS = 4,
};

static const uint32_t length_words[LENGTHS - 1] = {SIMILARITY_BRIEF_WORDS, 100, 200};
static const float least_scores[LENGTHS][LENGTHS] = {
	/* candidate of fewer than 60, 100, 200 words, or longer: none needs more */
	{2.0F, 1.02F, 0.26F, 0.26F}, /* the article is brief */
	{3.0F, 2.0F, 1.15F, 1.15F},
	{3.0F, 2.2F, 2.2F, 2.0F},
	{3.0F, 3.0F, 3.0F, 2.7F},
};

#define LEAST_SCORE_OF_PAIRS 1.02F

/* And the share of what the best candidate has. */
#define SCORE_SHARE 0.15F
#define SCORE_SHARE_BRIEF 0.05F

/* With a certain match at hand only those are compared which may be closer still. */
#define CERTAIN 0.99
#define SCORE_SHARE_CERTAIN 0.75F

static void tally(struct story_index *index, uint32_t number, float score, bool has_words)
{
	size_t slot = number * 0x9e3779b1U % TALLY_SLOTS;

	while (index->tallies[slot].article != 0 && index->tallies[slot].article != number)
		slot = (slot + 1) % TALLY_SLOTS;
	if (index->tallies[slot].article == 0) {
		if (index->used_count == CANDIDATES_MAX)
			return;
		index->used[index->used_count++] = (uint16_t)slot;
		index->tallies[slot] = (struct candidate){.article = number};
	}
	index->tallies[slot].score += score;
	index->tallies[slot].has_words |= has_words;
}

/* Articles that have a feature. */
struct found {
	uint32_t articles[POSTINGS_FOUND_MAX];
	size_t count;
};

/* Finds the articles, and asks for their records to be brought near. */
static void find_feature(
	const struct story_index *index, const struct postings_place *place, struct found *ret)
{
	ret->count = postings_find(place, &ret->articles);
	for (size_t i = 0; i < ret->count && i <= FEATURE_STORIES_MAX; i++)
		if (ret->articles[i] >= index->records.first &&
			ret->articles[i] < index->records.next)
			__builtin_prefetch(record_at(&index->records, ret->articles[i]));
}

/*
 * A feature speaks the more for an article the fewer stories have it; what many have speaks for
 * none.
 */
static void tally_feature(
	struct story_index *index, struct found *found, const struct asked_feature *asked)
{
	int64_t stories[FEATURE_STORIES_MAX];
	size_t story_count = 0;
	size_t live = 0;
	float score;

	for (size_t i = 0; i < found->count; i++) {
		int64_t story;
		size_t k = 0;

		if (!record_is_live(&index->records, found->articles[i]))
			continue;
		story = record_at(&index->records, found->articles[i])->story;
		while (k < story_count && stories[k] != story)
			k++;
		if (k == FEATURE_STORIES_MAX)
			return;
		stories[k] = story;
		story_count += k == story_count;
		found->articles[live++] = found->articles[i];
	}
	if (live == 0)
		return;
	score = feature_worth(asked->kind, story_count);
	for (size_t i = 0; i < live; i++)
		tally(index, found->articles[i], score, asked->kind != FEATURE_PAIR);
}

/* Memory is asked for ahead at each step: feature, postings, records. */
static void tally_features(struct story_index *index)
{
	size_t asked =
		features_ask(&index->article, &index->features, index->commonness, &index->asked);
	struct postings_place places[PREFETCH];
	struct found found[FOUND_AHEAD];

	for (size_t i = 0; i < asked + PREFETCH + FOUND_AHEAD; i++) {
		if (i >= PREFETCH + FOUND_AHEAD) {
			size_t tallied = i - PREFETCH - FOUND_AHEAD;

			tally_feature(index, &found[tallied % FOUND_AHEAD], &index->asked[tallied]);
		}
		if (i >= PREFETCH && i < asked + PREFETCH)
			find_feature(
				index, &places[i % PREFETCH], &found[(i - PREFETCH) % FOUND_AHEAD]);
		if (i < asked)
			postings_seek(
				index->postings, index->asked[i].feature, &places[i % PREFETCH]);
	}
}

/* Finds all candidates, in no order. */
static size_t find_candidates(struct story_index *index, struct candidate (*ret)[CANDIDATES_MAX])
{
	index->used_count = 0;
	tally_features(index);
	for (size_t i = 0; i < index->used_count; i++) {
		struct candidate *tally = &index->tallies[index->used[i]];

		(*ret)[i] = *tally;
		*tally = (struct candidate){0};
	}
	return index->used_count;
}

/*
 * Compares with one candidate; what differs is found if it may be of the same story, or `always`.
 * Returns 0 or -errno; -ENOENT where its fingerprint is gone.
 */
static int compare(struct story_index *index, uint32_t number, bool always, struct compared *ret)
{
	const struct record *record = record_at(&index->records, number);
	const void *bytes;
	size_t length;
	struct fingerprint *of;
	int r;

	r = index->options.load(
		index->options.userdata, record->article, index->arena, &bytes, &length);
	if (r < 0)
		return r;
	r = fingerprint_from_bytes(bytes, length, index->arena, &of);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	*ret = (struct compared){.number = number, .story = record->story};
	reader_take_words(&index->of, of, index->commonness);
	evidence_meet(&index->article, &index->of, &index->meeting);
	if (!similarity_may_be(&index->meeting) && !always)
		return 0;
	if (!evidence_meet_runs(&index->article, &index->of, &index->meeting) && !always)
		return 0;
	reader_take_sentences(&index->of, index->commonness, (uint32_t)record->story);
	/* A sentence of the candidate's own story is no background to the new article. */
	reader_value(&index->article, (uint32_t)record->story);
	evidence_gather(&index->article, &index->of, &index->meeting, &ret->comparison.evidence);
	ret->probability = similarity_probability(&ret->comparison.evidence);
	ret->closeness = ret->comparison.evidence.article.hard + ret->comparison.evidence.of.hard;
	ret->described = ret->probability >= SIMILARITY_JOIN_MIN || always;
	if (ret->described)
		difference_find(&index->article, &index->of, &ret->comparison.evidence,
			&ret->comparison.difference);
	if (index->watch.compared)
		index->watch.compared(index->watch.userdata, record->article,
			&ret->comparison.evidence, ret->probability);
	return 0;
}

struct chosen {
	uint32_t closest; /* of the likeliest story; 0 none */
	int64_t story;
	double probability;
	uint32_t last_seen; /* of the story's candidates, the latest */
};

static bool enough_of_story(const struct compared *compared, size_t count, int64_t story)
{
	size_t same = 0;

	for (size_t i = 0; i < count; i++)
		same += compared[i].story == story;
	return same >= COMPARED_OF_STORY;
}

static bool is_brief(const struct story_index *index)
{
	return index->article.word_count < SIMILARITY_BRIEF_WORDS;
}

static size_t length_of(size_t words)
{
	size_t length = 0;

	while (length < LENGTHS - 1 && words >= length_words[length])
		length++;
	return length;
}

/* `least` are the least scores of the article, the lowest last. */
static bool is_worth_comparing(
	const struct records *records, const float *least, const struct candidate *candidate)
{
	if (candidate->score < least[LENGTHS - 1] ||
		(!candidate->has_words && candidate->score < LEAST_SCORE_OF_PAIRS))
		return false;
	return candidate->score >= least[length_of(record_at(records, candidate->article)->words)];
}

/* Whether `a` is looked at before `b`: the better one, of equals the newer. */
static bool is_better(const struct candidate *a, const struct candidate *b)
{
	return a->score > b->score || (a->score == b->score && a->article > b->article);
}

/* Keeps the best RANKED_MAX in order. */
static void rank(struct candidate *ranked, size_t *count, struct candidate candidate)
{
	size_t at = *count;

	if (at == RANKED_MAX && !is_better(&candidate, &ranked[at - 1]))
		return;
	if (at == RANKED_MAX)
		at--;
	else
		(*count)++;
	for (; at > 0 && is_better(&candidate, &ranked[at - 1]); at--)
		ranked[at] = ranked[at - 1];
	ranked[at] = candidate;
}

static float best_score(const struct candidate *candidates, size_t count)
{
	float best = 0.0F;

	for (size_t i = 0; i < count; i++)
		if (candidates[i].score > best)
			best = candidates[i].score;
	return best;
}

/* Ranks the few that are worth comparing: a great many more share but a word. */
static size_t rank_worthy(const struct story_index *index, const struct candidate *candidates,
	size_t candidate_count, float best, struct candidate *ret)
{
	const float *least = least_scores[length_of(index->article.word_count)];
	float share = is_brief(index) ? SCORE_SHARE_BRIEF : SCORE_SHARE;
	size_t count = 0;

	for (size_t i = 0; i < candidate_count; i++)
		if (candidates[i].score >= share * best &&
			is_worth_comparing(&index->records, least, &candidates[i]))
			rank(ret, &count, candidates[i]);
	return count;
}

/* Compares with the best candidates. */
static int compare_best(
	struct story_index *index, const struct candidate *candidates, size_t candidate_count)
{
	struct candidate ranked[RANKED_MAX];
	float best = best_score(candidates, candidate_count);
	size_t count = rank_worthy(index, candidates, candidate_count, best, ranked);
	float least = 0.0F;

	index->compared_count = 0;
	for (size_t i = 0; i < count && index->compared_count < COMPARED_MAX; i++) {
		struct compared *compared = &index->compared[index->compared_count];
		int r;

		if (ranked[i].score < least)
			break;
		if (enough_of_story(index->compared, index->compared_count,
			    record_at(&index->records, ranked[i].article)->story))
			continue;
		r = compare(index, ranked[i].article, false, compared);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (compared->probability >= CERTAIN)
			least = SCORE_SHARE_CERTAIN * best;
		index->compared_count++;
	}
	return 0;
}

/* The likeliest story, and of its articles the closest. */
static struct chosen likeliest(const struct compared *compared, size_t count, double join)
{
	struct chosen chosen = {0};
	float closeness = -1.0F;

	for (size_t i = 0; i < count; i++) {
		if (compared[i].probability <= chosen.probability)
			continue;
		chosen.probability = compared[i].probability;
		chosen.story = compared[i].story;
	}
	for (size_t i = 0; i < count; i++) {
		if (compared[i].story != chosen.story || compared[i].probability < join ||
			compared[i].closeness <= closeness)
			continue;
		chosen.closest = compared[i].number;
		closeness = compared[i].closeness;
	}
	return chosen;
}

static int choose(struct story_index *index, struct chosen *ret)
{
	struct candidate candidates[CANDIDATES_MAX];
	size_t count = find_candidates(index, &candidates);
	int r;

	r = compare_best(index, candidates, count);
	if (r < 0)
		return r;
	*ret = likeliest(
		index->compared, index->compared_count, similarity_join(index->article.word_count));
	for (size_t i = 0; i < count && ret->closest != 0; i++) {
		const struct record *record = record_at(&index->records, candidates[i].article);

		if (record->story == ret->story && record->first_seen > ret->last_seen)
			ret->last_seen = record->first_seen;
	}
	return 0;
}

/* Whether the story was silent so long that a copy is a reprint (docs/ALERTS.md A4). */
static bool is_quiet(const struct story_index *index, const struct article_facts *facts,
	const struct chosen *chosen)
{
	usec last_seen = (usec)chosen->last_seen * USEC_SEC;

	return facts->first_seen > 0 && last_seen > 0 &&
		facts->first_seen > usec_add(last_seen, index->options.quiet);
}

/* What came of comparing with an article, which is done now if it was no candidate. */
static int comparison_with(
	struct story_index *index, uint32_t number, const struct comparison **ret)
{
	struct compared *last = &index->compared[index->compared_count];
	int r;

	for (size_t i = 0; i < index->compared_count; i++) {
		if (index->compared[i].number != number || !index->compared[i].described)
			continue;
		*ret = &index->compared[i].comparison;
		return 0;
	}
	r = compare(index, number, true, last);
	if (r < 0)
		return r;
	*ret = &last->comparison;
	return 0;
}

static int relate(struct story_index *index, const struct chosen *chosen, struct verdict *ret)
{
	const struct comparison *closest;
	const struct comparison *first = NULL;
	uint32_t first_number = story_index_first(index, chosen->story);
	int r;

	r = comparison_with(index, chosen->closest, &closest);
	if (r < 0)
		return r;
	if (first_number != 0 && first_number != chosen->closest) {
		r = comparison_with(index, first_number, &first);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	similarity_relate(closest, first, ret);
	ret->story = chosen->story;
	ret->of = record_at(&index->records, chosen->closest)->article;
	ret->confidence = chosen->probability;
	if (index->watch.related) {
		struct relation_input input;

		relation_input(&closest->difference, &closest->evidence,
			first ? &first->difference : NULL, first ? &first->evidence : NULL, &input);
		index->watch.related(index->watch.userdata, ret->of, &input);
	}
	return 0;
}

int story_index_judge(struct story_index *index, const struct fingerprint *fingerprint,
	const struct article_facts *facts, struct verdict *ret)
{
	struct verdict verdict = {.relation = RELATION_NEW};
	struct chosen chosen;
	int r;

	arena_reset(index->arena);
	story_index_open(index, fingerprint, 0);
	r = choose(index, &chosen);
	if (r < 0)
		return r;
	verdict.confidence = chosen.probability;
	if (chosen.closest != 0) {
		r = relate(index, &chosen, &verdict);
		if (r < 0)
			return r;
		if (verdict.relation != RELATION_UPDATE && is_quiet(index, facts, &chosen))
			verdict.relation = RELATION_REPRINT;
	} else {
		(void)snprintf(verdict.why, sizeof(verdict.why), "no stored story shares its text");
	}
	*ret = verdict;
	return 0;
}
