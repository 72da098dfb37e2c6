#include "text/stemmer.h"

#include <errno.h>
#include <libstemmer.h>
#include <stdlib.h>

struct stemmer {
	struct sb_stemmer *snowball;
};

int stemmer_new(struct stemmer **ret)
{
	_cleanup_(stemmer_freep) struct stemmer *stemmer = calloc(1, sizeof(*stemmer));

	if (!stemmer)
		return -ENOMEM;
	stemmer->snowball = sb_stemmer_new("english", "UTF_8");
	if (!stemmer->snowball)
		return -ENOMEM;
	*ret = TAKE_PTR(stemmer);
	return 0;
}

void stemmer_free(struct stemmer *stemmer)
{
	if (!stemmer)
		return;
	sb_stemmer_delete(stemmer->snowball);
	free(stemmer);
}

const char *stemmer_stem(
	struct stemmer *stemmer, const char *word, size_t length, size_t *ret_length)
{
	const sb_symbol *stem;

	*ret_length = length;
	if (length > STEM_BYTES_MAX)
		return word;
	for (size_t i = 0; i < length; i++)
		if (word[i] < 'a' || word[i] > 'z')
			return word;
	stem = sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)length);
	if (!stem)
		return word;
	*ret_length = (size_t)sb_stemmer_length(stemmer->snowball);
	return (const char *)stem;
}
