#include "dedup/similarity.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dedup/similarity_model.h"

enum {
	OWN_WORDS_MIN = 14,
	SAME_WORDS_MIN = 16,
	TABLE_FIGURES_MIN = 8,
	SAME_PAIRS_MIN = 6, /* of names and figures */
	OWN_FIGURES_MIN = 3,
	FIGURES_PERCENT = 8, /* of an article's words, in a table */
};

/* Of runs of three words, and of names and numbers: what one text keeps under slips of the pen. */
#define SAME_HARD 0.9F
#define SAME_ANCHORS 0.97F
#define SAME_PROBABILITY 0.999
#define SAME_TITLE 0.6F

/* Tables of one kind have much in common: only what is certain counts. */
#define TABLE_CERTAIN 0.96

/*
 * What two articles of one story have in common tells more than chance would, be they ever so
 * short: about six rare words.  (Of 22,000 pairs on the corpus two in a thousand have less; of
 * those that share stock sentences and nothing else, three in four.)
 */
#define SHARED_BITS_MIN 36.0F

/* About the weight of a word that tells something: brings a mean to between 0 and 1. */
#define BITS_OF_WORD 8.0F

static float larger(float a, float b)
{
	return a > b ? a : b;
}

static float smaller(float a, float b)
{
	return a < b ? a : b;
}

static float share(float part, float whole)
{
	return whole > 0.0F ? part / whole : 0.0F;
}

static float logarithm(unsigned x)
{
	return log2f((float)x + 1.0F) / 8.0F;
}

void similarity_features(const struct evidence *evidence, float (*ret)[SIMILARITY_FEATURES])
{
	const struct coverage *a = &evidence->article;
	const struct coverage *b = &evidence->of;
	const float both[][2] = {
		{a->soft, b->soft},
		{a->soft_worth, b->soft_worth},
		{a->hard, b->hard},
		{a->hard_worth, b->hard_worth},
		{a->lead_soft, b->lead_soft},
		{a->lead_hard, b->lead_hard},
		{a->pairs, b->pairs},
		{a->anchors, b->anchors},
		{a->words, b->words},
		{a->title, b->title},
		{a->title_text, b->title_text},
		{a->numbers_agree, b->numbers_agree},
		{a->names_agree, b->names_agree},
		{a->first, b->first},
		{a->worth, b->worth},
		{a->skipped, b->skipped},
		{a->lead_lead, b->lead_lead},
		{a->run, b->run},
	};
	unsigned fewer_numbers = a->numbers < b->numbers ? a->numbers : b->numbers;
	unsigned shared_numbers =
		a->numbers_shared < b->numbers_shared ? a->numbers_shared : b->numbers_shared;
	unsigned fewer_words =
		a->words_in_prose < b->words_in_prose ? a->words_in_prose : b->words_in_prose;
	unsigned more_words =
		a->words_in_prose > b->words_in_prose ? a->words_in_prose : b->words_in_prose;
	float number_share = ((float)shared_numbers + 1.0F) / ((float)fewer_numbers + 2.0F);
	size_t n = 0;

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		(*ret)[n++] = larger(both[i][0], both[i][1]);
		(*ret)[n++] = smaller(both[i][0], both[i][1]);
	}
	(*ret)[n++] = number_share;
	(*ret)[n++] = logarithm(a->shared_pairs);
	(*ret)[n++] = logarithm((unsigned)smaller(a->mass, b->mass));
	(*ret)[n++] = logarithm(fewer_words);
	(*ret)[n++] = logarithm(more_words);
	(*ret)[n++] = evidence->article_thin || evidence->of_thin;
	(*ret)[n++] = (*ret)[12] * (*ret)[8];
	(*ret)[n++] = (*ret)[2] * (*ret)[23];
	(*ret)[n++] = (*ret)[6] * (*ret)[25];
	(*ret)[n++] = (*ret)[2] * number_share;
	(*ret)[n++] = (*ret)[8] * (*ret)[2];
	(*ret)[n++] = (*ret)[18] * (*ret)[2];
	(*ret)[n++] = (*ret)[3] * (*ret)[9];
	(*ret)[n++] = logarithm((unsigned)smaller(a->bits, b->bits));
	(*ret)[n++] = share(smaller(a->bits, b->bits), (float)fewer_words) / BITS_OF_WORD;
}

/* A sentence among a page of furniture is most likely a notice, unless the headline goes with it.
 */
static bool has_own_prose(const struct coverage *coverage, float title)
{
	return coverage->own_words >= OWN_WORDS_MIN &&
		(coverage->own_words * 5 >= coverage->words_in_prose || title >= SAME_TITLE);
}

/* Whether the article is a table of figures, most of which the other has. */
static bool has_figures(const struct coverage *coverage)
{
	return coverage->numbers_shared >= OWN_FIGURES_MIN &&
		coverage->numbers_shared * 10 >= coverage->numbers * 6 &&
		coverage->numbers * 100 >= coverage->words_in_prose * FIGURES_PERCENT;
}

/*
 * A report made of stock sentences has nothing of its own but names and figures: it is the same if
 * these are, sentence by sentence, and there are enough of them.
 */
static bool is_same_form(const struct evidence *evidence)
{
	const struct coverage *a = &evidence->article;
	const struct coverage *b = &evidence->of;

	return !evidence->article_thin && !evidence->of_thin && a->shared_pairs >= SAME_PAIRS_MIN &&
		smaller(a->hard, b->hard) >= SAME_HARD &&
		smaller(a->numbers_agree, b->numbers_agree) >= SAME_ANCHORS &&
		smaller(a->names_agree, b->names_agree) >= SAME_ANCHORS;
}

/*
 * Pages with no report on them have headlines, captions and notices in common.  Two articles need
 * prose of their own each, or rows of the same figures.
 */
static bool has_substance(const struct evidence *evidence)
{
	const struct coverage *a = &evidence->article;
	const struct coverage *b = &evidence->of;

	float title = larger(a->title, b->title);

	return (has_own_prose(a, title) && has_own_prose(b, title)) || has_figures(a) ||
		has_figures(b);
}

/* A short text under the same headline, with next to nothing round it. */
static bool is_bare(const struct coverage *coverage)
{
	return coverage->title >= SAME_TITLE &&
		coverage->own_words * 10 >= coverage->words_in_prose * 6;
}

/* Where furniture counts because there is little else, no name or number may be shared but it. */
static bool is_furniture_alone(const struct evidence *evidence)
{
	return evidence->article.shared_pairs == 0 &&
		((evidence->article_thin && !is_bare(&evidence->article)) ||
			(evidence->of_thin && !is_bare(&evidence->of)));
}

/*
 * What shares too few words, and two of a form's issues: both have names and figures, and no two of
 * them in common.
 */
static bool share_too_little(float bits, unsigned shared_pairs, size_t fewer_pairs)
{
	return bits < SHARED_BITS_MIN || (shared_pairs == 0 && fewer_pairs >= SAME_PAIRS_MIN);
}

/* Results, rates or scores with hardly a sentence: names and figures are all there is. */
static bool are_tables(const struct evidence *evidence)
{
	return (evidence->article_thin || evidence->of_thin) &&
		evidence->article.numbers >= TABLE_FIGURES_MIN &&
		evidence->of.numbers >= TABLE_FIGURES_MIN;
}

static bool is_mostly_own(const struct coverage *coverage)
{
	return coverage->own_words >= SAME_WORDS_MIN &&
		coverage->own_words * 10 >= coverage->words_in_prose * 6;
}

/* One text twice, whatever surrounds it: no network need be asked. */
static bool is_same_text(const struct evidence *evidence)
{
	const struct coverage *a = &evidence->article;
	const struct coverage *b = &evidence->of;

	return is_mostly_own(a) && is_mostly_own(b) && smaller(a->hard, b->hard) >= SAME_HARD &&
		smaller(a->numbers_agree, b->numbers_agree) >= SAME_ANCHORS &&
		smaller(a->names_agree, b->names_agree) >= SAME_ANCHORS;
}

/*
 * Whether SAME_HARD of a text's runs of three words may be the other's too: each word that the
 * other lacks is of a run at least, and three at most are of one.
 */
static bool may_be_same(const struct shared_words *words)
{
	return (float)words->lacking <= 3.0F * (1.0F - SAME_HARD) * (float)words->words;
}

bool similarity_may_be(const struct meeting *meeting)
{
	return !share_too_little(smaller(meeting->article.bits, meeting->of.bits),
		       meeting->shared_pairs, meeting->pairs) ||
		(may_be_same(&meeting->article) && may_be_same(&meeting->of));
}

double similarity_probability(const struct evidence *evidence)
{
	const struct coverage *a = &evidence->article;
	const struct coverage *b = &evidence->of;
	float features[SIMILARITY_FEATURES];
	double probability;
	float sum;

	if (is_same_form(evidence))
		return SAME_PROBABILITY;
	if (!has_substance(evidence))
		return 0.0;
	if (is_same_text(evidence))
		return SAME_PROBABILITY;
	if (share_too_little(smaller(a->bits, b->bits), a->shared_pairs,
		    a->pair_count < b->pair_count ? a->pair_count : b->pair_count) ||
		is_furniture_alone(evidence))
		return 0.0;
	similarity_features(evidence, &features);
	network_run(&similarity_network, features, &sum);
	probability = 1.0 / (1.0 + exp(-(double)sum));
	return are_tables(evidence) && probability < TABLE_CERTAIN ? probability / 2.0
								   : probability;
}

/* "shares 31 of 34 name-and-number sequences; 5 % of its other words". */
static void describe(const struct evidence *evidence, struct verdict *ret)
{
	const struct coverage *a = &evidence->article;

	if (a->pair_count == 0)
		(void)snprintf(ret->why, sizeof(ret->why),
			"%.0f %% of its sentences are there; shares %.0f %% of its words",
			100.0 * (double)a->soft, 100.0 * (double)a->words);
	else
		(void)snprintf(ret->why, sizeof(ret->why),
			"shares %u of %u name-and-number sequences; %.0f %% of its sentences, "
			"%.0f %% of its other words",
			a->shared_pairs, a->pair_count, 100.0 * (double)a->soft,
			100.0 * (double)a->words);
}

void similarity_relate(
	const struct comparison *closest, const struct comparison *first, struct verdict *ret)
{
	const struct evidence *evidence = &closest->evidence;
	struct relation_input input;

	relation_input(&closest->difference, evidence, first ? &first->difference : NULL,
		first ? &first->evidence : NULL, &input);
	ret->relation = relation_choose(&input);
	ret->similarity = (double)larger(evidence->article.soft, evidence->of.soft);
	/* A copy of an update is one too, but no news. */
	ret->material =
		ret->relation == RELATION_UPDATE && difference_is_material(&closest->difference);
	if (ret->relation == RELATION_UPDATE)
		difference_describe(&closest->difference, &ret->changed);
	describe(evidence, ret);
}

int similarity_compare(
	const struct fingerprint *article, const struct fingerprint *of, struct verdict *ret)
{
	_cleanup_(freep) struct reader *readers = calloc(2, sizeof(*readers));
	struct comparison comparison;
	struct meeting meeting;

	if (!readers)
		return -ENOMEM;
	reader_open(&readers[0], article, NULL, 0);
	reader_open(&readers[1], of, NULL, 0);
	reader_index(&readers[0]);
	evidence_meet(&readers[0], &readers[1], &meeting);
	(void)evidence_meet_runs(&readers[0], &readers[1], &meeting);
	evidence_gather(&readers[0], &readers[1], &meeting, &comparison.evidence);
	difference_find(&readers[0], &readers[1], &comparison.evidence, &comparison.difference);
	*ret = (struct verdict){.confidence = similarity_probability(&comparison.evidence)};
	similarity_relate(&comparison, NULL, ret);
	if (ret->confidence < similarity_join(readers[0].word_count))
		ret->relation = RELATION_NEW;
	return 0;
}
