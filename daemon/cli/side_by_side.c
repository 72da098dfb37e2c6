#include "cli/side_by_side.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/arena.h"
#include "base/hash.h"
#include "cli/clean.h"
#include "cli/table.h"

#define SIDE_BYTES_MAX ((size_t)64 * 1024 * 1024)

enum {
	WORD_CHARS_MAX = 20, /* longer ones are broken, so that each fits a column */
	GAP = 3,             /* columns between the sides: " | " */
	LINE_BYTES_MAX = 64 * 1024,
	COMPARED_WORDS_MAX = 2000, /* of a sentence, word by word */
};

/* Sentences with less in common are not the same sentence in other words. */
static const double alike_least = 0.4;

struct word {
	const char *text;
	uint64_t hash;
	bool blank;   /* stands before it */
	bool changed; /* the other side has it not there */
};

struct sentence {
	size_t first; /* of its words */
	size_t end;
	size_t partner; /* of the other side; SIZE_MAX: none */
};

struct side {
	struct word *words;
	size_t word_count;
	struct sentence *sentences;
	size_t sentence_count;
	bool cut;
};

/* ---- texts into sentences of words ---- */

static bool is_wide(UChar32 c)
{
	int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);

	return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

static bool ends_sentence(UChar32 c)
{
	return c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F;
}

static bool add_word(
	struct side *side, const char *text, size_t length, bool blank, struct arena *arena)
{
	struct word *word = &side->words[side->word_count];

	if (side->word_count == SIDE_WORDS_MAX) {
		side->cut = true;
		return true;
	}
	word->text = arena_copy(arena, text, length);
	if (!word->text)
		return false;
	word->hash = hash_bytes(text, length);
	word->blank = blank;
	side->word_count++;
	side->sentences[side->sentence_count - 1].end = side->word_count;
	return true;
}

static void begin_sentence(struct side *side)
{
	if (side->sentence_count == SIDE_SENTENCES_MAX) {
		side->cut = true;
		return;
	}
	side->sentences[side->sentence_count++] =
		(struct sentence){side->word_count, side->word_count, SIZE_MAX};
}

/* Where the word that begins at `start` ends; *ret_last is its last character. */
static size_t word_end(const char *text, size_t start, size_t length, UChar32 *ret_last)
{
	size_t end = start;
	size_t i = start;
	UChar32 c;

	U8_NEXT((const uint8_t *)text, i, length, c);
	*ret_last = c;
	end = i;
	if (is_wide(c))
		return end;
	for (size_t chars = 1; i < length && chars < WORD_CHARS_MAX; chars++) {
		U8_NEXT((const uint8_t *)text, i, length, c);
		if (u_isUWhiteSpace(c) || is_wide(c))
			break;
		*ret_last = c;
		end = i;
	}
	return end;
}

/* Adds the sentences of a text: they end at line breaks and behind a full stop and a blank. */
static int add_text(struct side *side, const char *text, struct arena *arena)
{
	size_t length = text ? strlen(text) : 0;
	UChar32 last = 0;
	bool blank = false;
	size_t i = 0;

	begin_sentence(side);
	while (i < length && !side->cut) {
		size_t next = i;
		UChar32 c;

		U8_NEXT((const uint8_t *)text, next, length, c);
		if (u_isUWhiteSpace(c)) {
			if (c == '\n' || ends_sentence(last))
				begin_sentence(side);
			last = 0;
			blank = true;
			i = next;
			continue;
		}
		if (last != 0 && is_wide(last) && ends_sentence(last))
			begin_sentence(side);
		next = word_end(text, i, length, &last);
		if (!add_word(side, text + i, next - i, blank, arena))
			return -ENOMEM;
		blank = false;
		i = next;
	}
	return 0;
}

static int read_side(const struct side_text *text, struct arena *arena, struct side *ret)
{
	int r;

	ret->words = arena_array(arena, SIDE_WORDS_MAX, sizeof(*ret->words));
	ret->sentences = arena_array(arena, SIDE_SENTENCES_MAX, sizeof(*ret->sentences));
	if (!ret->words || !ret->sentences)
		return -ENOMEM;
	/* The title is the first sentence, however many full stops it has. */
	begin_sentence(ret);
	r = add_text(ret, text->title, arena);
	if (r < 0)
		return r;
	ret->sentences[0].end = ret->word_count;
	ret->sentence_count = 1;
	return add_text(ret, text->text, arena);
}

/* ---- which belong together ---- */

static size_t words_in(const struct sentence *sentence)
{
	return sentence->end - sentence->first;
}

/* The share of words that two sentences have in common, wherever they stand. */
static double alikeness(const struct side *left, const struct sentence *a, const struct side *right,
	const struct sentence *b)
{
	size_t shared = 0;

	if (words_in(a) == 0 || words_in(b) == 0)
		return 0;
	for (size_t i = a->first; i < a->end; i++)
		for (size_t k = b->first; k < b->end; k++)
			if (left->words[i].hash == right->words[k].hash) {
				shared++;
				break;
			}
	return 2.0 * (double)shared / (double)(words_in(a) + words_in(b));
}

/* The table of the best sum of alikeness from sentences (i, k) on; rows of right->count + 1. */
static double *align_table(const struct side *left, const struct side *right, struct arena *arena)
{
	size_t rows = left->sentence_count + 1;
	size_t width = right->sentence_count + 1;
	double *best = arena_array(arena, rows * width, sizeof(*best));

	for (size_t i = left->sentence_count; best && i-- > 1;)
		for (size_t k = right->sentence_count; k-- > 1;) {
			double alike =
				alikeness(left, &left->sentences[i], right, &right->sentences[k]);
			double here = best[(i + 1) * width + k];

			if (best[i * width + k + 1] > here)
				here = best[i * width + k + 1];
			if (alike >= alike_least && best[(i + 1) * width + k + 1] + alike > here)
				here = best[(i + 1) * width + k + 1] + alike;
			best[i * width + k] = here;
		}
	return best;
}

/* Pairs sentences in order, so that the sum of what they have in common is greatest. */
static int align(struct side *left, struct side *right, struct arena *arena)
{
	const double *best = align_table(left, right, arena);
	size_t width = right->sentence_count + 1;
	size_t i = 1;
	size_t k = 1;

	if (!best)
		return -ENOMEM;
	left->sentences[0].partner = right->sentences[0].partner = 0;
	while (i < left->sentence_count && k < right->sentence_count) {
		double here = best[i * width + k];

		if (here == best[(i + 1) * width + k]) {
			i++;
		} else if (here == best[i * width + k + 1]) {
			k++;
		} else {
			left->sentences[i].partner = k;
			right->sentences[k++].partner = i++;
		}
	}
	return 0;
}

static void mark_all(struct side *side, const struct sentence *sentence)
{
	for (size_t i = sentence->first; i < sentence->end; i++)
		side->words[i].changed = true;
}

/* Marks what is not in the longest row of words that both sentences have. */
static int mark_changes(struct side *left, const struct sentence *a, struct side *right,
	const struct sentence *b, struct arena *arena)
{
	const struct word *from = left->words + a->first;
	const struct word *to = right->words + b->first;
	size_t width = words_in(b) + 1;
	uint16_t *best;
	size_t i = 0;
	size_t k = 0;

	mark_all(left, a);
	mark_all(right, b);
	if (words_in(a) > COMPARED_WORDS_MAX || words_in(b) > COMPARED_WORDS_MAX)
		return 0;
	best = arena_array(arena, (words_in(a) + 1) * width, sizeof(*best));
	if (!best)
		return -ENOMEM;
	for (i = words_in(a); i-- > 0;)
		for (k = words_in(b); k-- > 0;) {
			uint16_t down = best[(i + 1) * width + k];
			uint16_t along = best[i * width + k + 1];

			best[i * width + k] = from[i].hash == to[k].hash
				? best[(i + 1) * width + k + 1] + 1
				: (down > along ? down : along);
		}
	i = k = 0;
	while (i < words_in(a) && k < words_in(b)) {
		if (from[i].hash == to[k].hash) {
			left->words[a->first + i++].changed = false;
			right->words[b->first + k++].changed = false;
		} else if (best[(i + 1) * width + k] >= best[i * width + k + 1]) {
			i++;
		} else {
			k++;
		}
	}
	return 0;
}

static int compare(struct side *left, struct side *right)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	int r;

	r = arena_new(SIDE_BYTES_MAX, &arena);
	if (r == 0)
		r = align(left, right, arena);
	for (size_t i = 0; i < left->sentence_count && r == 0; i++) {
		const struct sentence *sentence = &left->sentences[i];

		if (sentence->partner == SIZE_MAX) {
			mark_all(left, sentence);
			continue;
		}
		arena_reset(arena);
		r = mark_changes(
			left, sentence, right, &right->sentences[sentence->partner], arena);
	}
	for (size_t i = 0; i < right->sentence_count; i++)
		if (right->sentences[i].partner == SIZE_MAX)
			mark_all(right, &right->sentences[i]);
	return r;
}

/* ---- printing ---- */

struct printing {
	const struct side_options *options;
	FILE *stream;
	size_t column; /* columns of one side */
	struct buffer line;
	struct buffer word; /* one cleaned */
};

static void add_coloured(struct printing *printing, const char *colour, bool changed)
{
	const char *word = buffer_string(&printing->word);

	if (changed && printing->options->colours)
		(void)buffer_printf(&printing->line, "\033[%sm%s\033[0m", colour, word);
	else
		(void)buffer_add_string(&printing->line, word);
}

/* Adds the words from *at on that fit one line, and blanks up to `pad` columns. */
static void add_line(struct printing *printing, const struct side *side, size_t *at, size_t end,
	const char *colour, size_t pad)
{
	size_t columns = 0;

	for (; *at < end; ++*at) {
		const struct word *word = &side->words[*at];
		bool blank = word->blank && columns > 0;
		size_t width;

		buffer_reset(&printing->word);
		width = clean_add(&printing->word, word->text);
		if (columns > 0 && columns + blank + width > printing->column)
			break;
		if (blank)
			(void)buffer_add_char(&printing->line, ' ');
		add_coloured(printing, colour, word->changed);
		columns += blank + width;
	}
	for (; columns < pad; columns++)
		(void)buffer_add_char(&printing->line, ' ');
}

static int end_line(struct printing *printing)
{
	struct buffer *line = &printing->line;

	while (line->length > 0 && line->bytes[line->length - 1] == ' ')
		line->length--;
	(void)buffer_add_char(line, '\n');
	if (line->failed)
		return -ENOMEM;
	(void)fwrite(line->bytes, 1, line->length, printing->stream);
	buffer_reset(line);
	return 0;
}

static bool is_changed(const struct side *side, const struct sentence *sentence)
{
	for (size_t i = sentence->first; i < sentence->end; i++)
		if (side->words[i].changed)
			return true;
	return false;
}

/* A row: a sentence of each side, or of one; NULL: none. */
static int print_row(struct printing *printing, const struct side *left, const struct sentence *a,
	const struct side *right, const struct sentence *b)
{
	size_t i = a ? a->first : 0;
	size_t k = b ? b->first : 0;
	char mark = ' ';
	int r = 0;

	if (!a || !b)
		mark = a ? '<' : '>';
	else if (is_changed(left, a) || is_changed(right, b))
		mark = '|';
	while (r == 0 && ((a && i < a->end) || (b && k < b->end))) {
		add_line(printing, left, &i, a ? a->end : 0, "31", printing->column);
		(void)buffer_printf(&printing->line, " %c ", mark);
		add_line(printing, right, &k, b ? b->end : 0, "32", 0);
		r = end_line(printing);
	}
	return r;
}

static int print_rows(struct printing *printing, const struct side *left, const struct side *right)
{
	size_t i = 0;
	size_t k = 0;
	int r = 0;

	while (r == 0 && (i < left->sentence_count || k < right->sentence_count)) {
		bool left_alone =
			i < left->sentence_count && left->sentences[i].partner == SIZE_MAX;
		bool right_alone =
			k < right->sentence_count && right->sentences[k].partner == SIZE_MAX;
		const struct sentence *a = NULL;
		const struct sentence *b = NULL;

		if (left_alone || !right_alone)
			a = &left->sentences[i++];
		if (!left_alone)
			b = &right->sentences[k++];
		r = print_row(printing, left, a, right, b);
	}
	return r;
}

static int print_head(
	struct printing *printing, const struct side_text *left, const struct side_text *right)
{
	size_t columns = clean_add_cut(&printing->line, left->head, printing->column);

	for (; columns < printing->column + GAP; columns++)
		(void)buffer_add_char(&printing->line, ' ');
	(void)clean_add_cut(&printing->line, right->head, printing->column);
	return end_line(printing);
}

static void print_cut(const struct printing *printing, const struct side *side, const char *name)
{
	if (side->cut)
		(void)fprintf(
			printing->stream, "(The %s text goes on; so much is compared.)\n", name);
}

struct side_options side_options_of_terminal(void)
{
	const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
	const char *terminal = getenv("TERM");
	size_t width = terminal_width();

	return (struct side_options){
		.width = width,
		.colours = width > 0 && (!no_colour || no_colour[0] == '\0') &&
			(!terminal || strcmp(terminal, "dumb") != 0),
	};
}

int side_by_side_print(const struct side_text *left, const struct side_text *right,
	const struct side_options *options, FILE *stream)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct printing printing = {
		.options = options,
		.stream = stream,
		.line = BUFFER_INIT(LINE_BYTES_MAX),
		.word = BUFFER_INIT(LINE_BYTES_MAX),
	};
	size_t width = options->width > 0 ? options->width : SIDE_WIDTH_DEFAULT;
	struct side sides[2] = {0};
	int r;

	if (width < SIDE_WIDTH_LEAST)
		width = SIDE_WIDTH_LEAST;
	printing.column = (width - GAP) / 2;
	r = arena_new(SIDE_BYTES_MAX, &arena);
	if (r == 0)
		r = read_side(left, arena, &sides[0]);
	if (r == 0)
		r = read_side(right, arena, &sides[1]);
	if (r == 0)
		r = compare(&sides[0], &sides[1]);
	if (r == 0)
		r = print_head(&printing, left, right);
	if (r == 0)
		r = print_rows(&printing, &sides[0], &sides[1]);
	print_cut(&printing, &sides[0], "left");
	print_cut(&printing, &sides[1], "right");
	buffer_free(&printing.line);
	buffer_free(&printing.word);
	return r;
}
