#include "dedup/revision.h"

#include <errno.h>

#include "base/macro.h"
#include "dedup/fingerprint_view.h"
#include "dedup/relation.h"
#include "dedup/similarity.h"

/* Of the weight of a headline's words: so much of it new is another headline. */
#define TITLE_CHANGED 0.25F

static bool has_word(const struct fingerprint *fingerprint, uint32_t code)
{
	for (size_t i = 0; i < fingerprint->word_count; i++)
		if (word_identity(fingerprint->codes[i]) == word_identity(code))
			return true;
	return false;
}

/* Figures of the headline that the entry had nowhere. */
static unsigned count_title_figures(
	const struct fingerprint *after, const struct fingerprint *before)
{
	unsigned figures = 0;

	for (size_t i = 0; i < after->title_count; i++)
		figures += word_kind(after->codes[i]) == WORD_NUMBER &&
			!has_word(before, after->codes[i]);
	return figures;
}

int revision_judge(
	const struct fingerprint *after, const struct fingerprint *before, struct verdict *ret)
{
	_cleanup_(freep) struct reader *readers = calloc(2, sizeof(*readers));
	struct difference difference;
	struct evidence evidence;
	struct meeting meeting;
	struct verdict verdict;
	int r;

	if (!readers)
		return -ENOMEM;
	r = similarity_compare(after, before, &verdict);
	if (r < 0)
		return r;
	reader_open(&readers[0], after, NULL, 0);
	reader_open(&readers[1], before, NULL, 0);
	reader_index(&readers[0]);
	evidence_meet(&readers[0], &readers[1], &meeting);
	(void)evidence_meet_runs(&readers[0], &readers[1], &meeting);
	evidence_gather(&readers[0], &readers[1], &meeting, &evidence);
	difference_find(&readers[0], &readers[1], &evidence, &difference);
	/* Mostly the text has the headline's figures too: none is told twice. */
	if (difference.numbers_new == 0)
		difference.numbers_new = count_title_figures(after, before);
	verdict.material =
		difference_is_material(&difference) || difference.title_changed >= TITLE_CHANGED;
	verdict.relation = verdict.material ? RELATION_UPDATE : RELATION_COPY;
	if (verdict.material)
		difference_describe(&difference, &verdict.changed);
	*ret = verdict;
	return 0;
}
