#include "cli/table.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/array.h"
#include "base/buffer.h"
#include "cli/clean.h"

enum {
	GAP = 2,          /* blanks between columns */
	COLUMN_LEAST = 8, /* a column is not cut below */
	CELLS_MAX = 10 * 1000 * 1000,
};

#define TABLE_BYTES_MAX ((size_t)1024 * 1024 * 1024)

/* A cell's clean text in table->text. */
struct cell {
	size_t offset;
	size_t width;
};

struct table {
	size_t columns;
	bool right[TABLE_COLUMNS_MAX];
	bool whole[TABLE_COLUMNS_MAX]; /* never cut */
	struct cell *cells;
	size_t count;
	size_t size;
	struct buffer text; /* each cell's text and a NUL */
	int failed;
};

static void add_cell(struct table *table, const char *text)
{
	struct cell cell = {.offset = table->text.length};

	if (table->count == CELLS_MAX ||
		array_grow((void **)&table->cells, &table->size, table->count,
			sizeof(*table->cells)) < 0) {
		table->failed = -ENOMEM;
		return;
	}
	cell.width = clean_add(&table->text, text ? text : "");
	(void)buffer_add_char(&table->text, '\0');
	if (table->text.failed)
		table->failed = -ENOMEM;
	table->cells[table->count++] = cell;
}

int table_new(const char *const *heads, struct table **ret)
{
	struct table *table = calloc(1, sizeof(*table));
	int r;

	if (!table)
		return -ENOMEM;
	table->text = BUFFER_INIT(TABLE_BYTES_MAX);
	for (; *heads && table->columns < TABLE_COLUMNS_MAX; heads++) {
		table->right[table->columns] = **heads == '>';
		table->whole[table->columns++] = **heads == '=';
		add_cell(table, *heads + (**heads == '>' || **heads == '='));
	}
	r = table->failed;
	if (r < 0) {
		table_free(table);
		return r;
	}
	*ret = table;
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	free(table->cells);
	buffer_free(&table->text);
	free(table);
}

void table_add(struct table *table, const char *text)
{
	if (!table->failed)
		add_cell(table, text);
}

void table_add_number(struct table *table, long long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", number);
	table_add(table, text);
}

/* The last of the widest columns that may be cut; the number of columns: there is none. */
static size_t widest_column(const struct table *table, const size_t widths[])
{
	size_t widest = table->columns;

	for (size_t c = 0; c < table->columns; c++)
		if (!table->whole[c] && widths[c] > COLUMN_LEAST &&
			(widest == table->columns || widths[c] >= widths[widest]))
			widest = c;
	return widest;
}

/* As wide as the widest cell; then the widest column gives way until all fit. */
static void fit_columns(const struct table *table, size_t width, size_t widths[])
{
	size_t total = (table->columns - 1) * GAP;

	assert(table->columns > 0);
	for (size_t c = 0; c < table->columns; c++)
		widths[c] = 0;
	for (size_t i = 0; i < table->count; i++)
		if (table->cells[i].width > widths[i % table->columns])
			widths[i % table->columns] = table->cells[i].width;
	for (size_t c = 0; c < table->columns; c++)
		total += widths[c];
	while (width > 0 && total > width) {
		size_t widest = widest_column(table, widths);

		if (widest == table->columns)
			return;
		widths[widest]--;
		total--;
	}
}

static void print_blanks(struct buffer *line, size_t count)
{
	while (count-- > 0)
		(void)buffer_add_char(line, ' ');
}

static void print_row(
	const struct table *table, size_t first, const size_t widths[], struct buffer *line)
{
	for (size_t c = 0; c < table->columns && first + c < table->count; c++) {
		const struct cell *cell = &table->cells[first + c];
		const char *text = table->text.bytes + cell->offset;
		size_t blanks = cell->width < widths[c] ? widths[c] - cell->width : 0;

		if (c > 0)
			print_blanks(line, GAP);
		if (table->right[c])
			print_blanks(line, blanks);
		blanks = table->right[c] ? 0 : blanks;
		if (cell->width > widths[c])
			blanks = widths[c] - clean_add_cut(line, text, widths[c]);
		else
			(void)buffer_add_string(line, text);
		if (c + 1 < table->columns)
			print_blanks(line, blanks);
	}
	while (line->length > 0 && line->bytes[line->length - 1] == ' ')
		line->length--;
	(void)buffer_add_char(line, '\n');
}

int table_print(const struct table *table, FILE *stream, size_t width)
{
	_cleanup_(buffer_free) struct buffer line = BUFFER_INIT(TABLE_BYTES_MAX);
	size_t widths[TABLE_COLUMNS_MAX];

	if (table->failed)
		return table->failed;
	fit_columns(table, width, widths);
	for (size_t i = 0; i < table->count; i += table->columns) {
		buffer_reset(&line);
		print_row(table, i, widths, &line);
		if (line.failed)
			return -ENOMEM;
		(void)fwrite(line.bytes, 1, line.length, stream);
	}
	return 0;
}

size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long width;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	width = columns ? strtol(columns, NULL, 10) : 0;
	return width > 0 ? (size_t)width : 80;
}
