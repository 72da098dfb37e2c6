/* A Content-Encoding, a newline, and the bytes that are said to be packed by it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/unpack.h"

enum {
	BYTES_MAX = 1024 * 1024, /* so that no input takes long */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int r, const struct document *document, size_t packed, const char *words)
{
	volatile char sum = 0;

	if (r < 0) {
		if (strlen(words) == 0 || strlen(words) >= UNPACK_WORDS_SIZE)
			abort();
		return;
	}
	if (document->length > BYTES_MAX ||
		(document->length > UNPACK_RATIO_FREE &&
			document->length / UNPACK_RATIO_MAX > packed))
		abort();
	for (size_t i = 0; i < document->length; i++)
		sum = (char)(sum ^ document->bytes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct unpacker *unpacker; /* as in a reader: of one document after another */
	const uint8_t *end = memchr(data, '\n', size);
	struct document document;
	const char *words;
	char *encoding;
	int r;

	if (!end || (!unpacker && unpacker_new(&unpacker) < 0))
		return 0;
	encoding = strndup((const char *)data, (size_t)(end - data));
	document = (struct document){
		.encoding = encoding,
		.bytes = (char *)end + 1,
		.length = size - (size_t)(end + 1 - data),
	};
	r = unpacker_undo(unpacker, &document, BYTES_MAX, &words);
	check(r, &document, size, words);
	free(encoding);
	return 0;
}
