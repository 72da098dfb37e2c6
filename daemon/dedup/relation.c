#include "dedup/relation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"

enum {
	LEAD_WORDS = 40,
};

/* Below, a sentence has no counterpart; above the second, the two are versions of one sentence. */
#define NEW_SOFT 0.4F
#define CLOSE_SOFT 0.6F

/* Of a sentence's runs of three words; one changed word at its edge leaves this. */
#define UNTOUCHED_HARD 0.95F

/* docs/ALERTS.md A3: so much of the text is material. */
#define MATERIAL_SHARE 0.15F

static float share(float part, float whole)
{
	return whole > 0.0F ? part / whole : 0.0F;
}

static void count_names(
	const struct reader *article, const struct sentence *sentence, unsigned (*names)[2])
{
	for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count; i++) {
		uint32_t code = article->fingerprint->codes[i];

		if (word_kind(code) != WORD_NAME || !reader_counts(article, i))
			continue;
		(*names)[0]++;
		(*names)[1] += article->found[i];
	}
}

static void count_strange(
	const struct reader *article, const struct sentence *sentence, unsigned (*words)[2])
{
	for (size_t i = sentence->start; i < (size_t)sentence->start + sentence->count; i++) {
		uint32_t code = article->fingerprint->codes[i];

		if (word_kind(code) != WORD_COMMON || !reader_counts(article, i))
			continue;
		(*words)[0]++;
		(*words)[1] += !article->found[i];
	}
}

static float gone_share(const struct reader *of)
{
	float all = 0.0F;
	float gone = 0.0F;

	for (size_t s = 0; s < of->sentence_count; s++) {
		all += (float)of->sentences[s].count;
		if (of->counterparts[s].soft < NEW_SOFT)
			gone += (float)of->sentences[s].count;
	}
	return share(gone, all);
}

void difference_find(const struct reader *article, const struct reader *of,
	const struct evidence *evidence, struct difference *ret)
{
	struct difference difference = {.title_changed = 1.0F - evidence->article.title};
	float sums[6] = {0}; /* all, new, lead, new in the lead, kept, reworded */
	float much = 0.0F;
	unsigned kept = 0;
	unsigned touched = 0;
	unsigned words[2] = {0};
	unsigned names[2] = {0};

	for (size_t s = 0; s < article->sentence_count; s++) {
		const struct counterpart *counterpart = &article->counterparts[s];
		float count = (float)article->sentences[s].count;
		float lead = sums[2] < LEAD_WORDS ? count : 0.0F;

		sums[0] += count;
		sums[2] += lead;
		if (counterpart->soft < NEW_SOFT) {
			sums[1] += count;
			sums[3] += lead;
			difference.sentences_new++;
			count_names(article, &article->sentences[s], &names);
			continue;
		}
		sums[4] += count;
		sums[5] += count * (1.0F - counterpart->hard);
		kept++;
		touched += counterpart->hard < UNTOUCHED_HARD;
		count_strange(article, &article->sentences[s], &words);
		much += counterpart->hard < 0.5F ? count : 0.0F;
		if (counterpart->soft < CLOSE_SOFT)
			continue;
		difference.numbers += counterpart->numbers;
		difference.numbers_new += counterpart->numbers - counterpart->numbers_shared;
		difference.names += counterpart->names;
		difference.names_new += counterpart->names - counterpart->names_shared;
	}
	difference.new_share = share(sums[1], sums[0]);
	difference.new_first = share(sums[3], sums[2]);
	difference.reworded = share(sums[5], sums[4]);
	difference.much_reworded = share(much, sums[4]);
	difference.touched = share((float)touched, (float)kept);
	difference.strange = share((float)words[1], (float)words[0]);
	difference.new_names = share((float)names[1], (float)names[0]);
	difference.gone_share = gone_share(of);
	*ret = difference;
}

static void put_features(
	const struct difference *difference, const struct evidence *evidence, float *ret)
{
	float numbers = share((float)difference->numbers_new, (float)difference->numbers + 1.0F);
	float names = share((float)difference->names_new, (float)difference->names + 1.0F);
	float words = (float)evidence->article.words_in_prose + 1.0F;
	float of_words = (float)evidence->of.words_in_prose + 1.0F;
	const float features[RELATION_FEATURES] = {
		difference->new_share,
		difference->new_first,
		difference->new_share * difference->new_names,
		difference->new_first * difference->new_names,
		difference->gone_share,
		difference->reworded,
		difference->much_reworded,
		difference->title_changed,
		numbers,
		names,
		difference->numbers_new > 0 ? 1.0F : 0.0F,
		numbers * (1.0F - difference->reworded),
		difference->reworded * difference->reworded,
		fminf(1.0F, of_words / words),
		difference->sentences_new > 0 ? 1.0F : 0.0F,
		difference->new_share * (1.0F - difference->new_names),
		difference->touched,
		difference->strange,
		difference->touched * difference->strange,
	};

	memcpy(ret, features, sizeof(features));
}

void relation_input(const struct difference *closest, const struct evidence *closest_evidence,
	const struct difference *first, const struct evidence *first_evidence,
	struct relation_input *ret)
{
	put_features(closest, closest_evidence, ret->features);
	put_features(first ? first : closest, first ? first_evidence : closest_evidence,
		ret->features + RELATION_FEATURES);
	ret->features[RELATION_INPUTS - 1] = first ? 1.0F : 0.0F;
}

enum relation relation_choose(const struct relation_input *input)
{
	float sums[RELATION_CLASSES];
	size_t best = 0;

	network_run(&relation_network, input->features, sums);
	for (size_t c = 1; c < RELATION_CLASSES; c++)
		if (sums[c] > sums[best])
			best = c;
	return (enum relation)(RELATION_COPY + best);
}

bool difference_is_material(const struct difference *difference)
{
	return difference->new_share >= MATERIAL_SHARE || difference->numbers_new > 0 ||
		difference->names_new > 0;
}

/* Adds "NUMBER WORDS", or the words alone for 0; parts are set off by commas. */
static void add_part(char (*ret)[WHY_BYTES], unsigned number, const char *words)
{
	size_t used = strlen(*ret);
	const char *comma = used > 0 ? ", " : "";

	if (number > 0)
		(void)snprintf(*ret + used, sizeof(*ret) - used, "%s%u %s", comma, number, words);
	else
		(void)snprintf(*ret + used, sizeof(*ret) - used, "%s%s", comma, words);
}

static unsigned percent(float part)
{
	return (unsigned)lroundf(100.0F * part);
}

void difference_describe(const struct difference *difference, char (*ret)[WHY_BYTES])
{
	unsigned added = percent(difference->new_share);
	unsigned gone = percent(difference->gone_share);

	(*ret)[0] = '\0';
	if (difference->title_changed >= 0.5F)
		add_part(ret, 0, "headline");
	if (difference->numbers_new > 0)
		add_part(ret, difference->numbers_new,
			difference->numbers_new > 1 ? "figures" : "figure");
	if (difference->names_new > 0)
		add_part(ret, difference->names_new, difference->names_new > 1 ? "names" : "name");
	if (added > 0)
		add_part(ret, added, "% of the text is new");
	if (gone > 0)
		add_part(ret, gone, "% of the old text is gone");
}
