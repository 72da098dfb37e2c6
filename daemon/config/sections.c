#include "config/sections.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "config/ini.h"

static void *member(struct section *section, const struct setting *setting)
{
	return (char *)section + setting->offset;
}

/* The defaults go through the same parsers as what users write. */
static int set_defaults(struct sections *sections, struct section *section)
{
	size_t count;
	const struct setting *settings = settings_of(section->kind, &count);
	int r;

	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &settings[i];
		struct value_context context = {
			.arena = sections->arena,
			.folder = "/",
			.least = setting->least,
			.most = setting->most,
		};

		if (!setting->fallback)
			continue;
		r = setting->parse(setting->fallback, member(section, setting), &context);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_section(struct sections *sections, enum section_kind kind, unsigned line,
	const char *name, struct section **ret)
{
	struct section *section = arena_new_object(sections->scratch, struct section);

	if (!section)
		return -ENOMEM;
	section->kind = kind;
	section->file = sections->file;
	section->line = line;
	section->name = arena_strdup(sections->arena, name);
	if (!section->name)
		return -ENOMEM;
	if (sections->last)
		sections->last->next = section;
	else
		sections->first = section;
	sections->last = section;
	sections->count[kind]++;
	*ret = section;
	return set_defaults(sections, section);
}

int sections_init(struct sections *sections, struct arena *scratch, struct arena *arena,
	struct config_errors *errors)
{
	*sections = (struct sections){.scratch = scratch, .arena = arena, .errors = errors};
	return add_section(sections, SECTION_DAEMON, 0, "", &sections->daemon);
}

static void refuse_kind(const struct sections *sections, unsigned line, const char *kind)
{
	struct nearest nearest = {.name = kind};

	for (int i = 0; i < SECTION_KIND_MAX; i++)
		nearest_try(&nearest, section_kind_to_string((enum section_kind)i));
	if (nearest.found)
		config_errors_add(sections->errors, sections->file, line,
			"[%s]: unknown section; did you mean [%s]?", kind, nearest.found);
	else
		config_errors_add(sections->errors, sections->file, line,
			"[%s]: unknown section; expected Daemon, Feed, FeedList, Topic, List, "
			"Webhook, Exec or Mail",
			kind);
}

static int open_section(void *userdata, unsigned line, const char *kind, const char *name)
{
	struct sections *sections = userdata;
	enum section_kind found = section_kind_from_string(kind);

	sections->current = NULL;
	if (found == SECTION_KIND_INVALID) {
		refuse_kind(sections, line, kind);
		return 0;
	}
	if (found == SECTION_DAEMON && name[0] != '\0') {
		config_errors_add(sections->errors, sections->file, line,
			"[Daemon \"%s\"]: this section has no name; expected [Daemon]", name);
		return 0;
	}
	if (found == SECTION_DAEMON) {
		sections->current = sections->daemon;
		memset(sections->current->lines, 0, sizeof(sections->current->lines));
		sections->current->file = sections->file;
		sections->current->line = line;
		return 0;
	}
	if (name[0] == '\0') {
		config_errors_add(sections->errors, sections->file, line,
			"[%s]: the name is missing; expected [%s \"name\"]", kind, kind);
		return 0;
	}
	return add_section(sections, found, line, name, &sections->current);
}

static void refuse_key(const struct sections *sections, unsigned line, const char *key)
{
	enum section_kind kind = sections->current->kind;
	const char *kind_name = section_kind_to_string(kind);
	const char *nearest = setting_nearest(kind, key);
	enum section_kind elsewhere = setting_elsewhere(key);

	if (nearest)
		config_errors_add(sections->errors, sections->file, line,
			"%s=: unknown key in [%s]; did you mean %s=?", key, kind_name, nearest);
	else if (elsewhere != SECTION_KIND_INVALID)
		config_errors_add(sections->errors, sections->file, line,
			"%s=: unknown key in [%s]; it belongs into [%s]", key, kind_name,
			section_kind_to_string(elsewhere));
	else
		config_errors_add(sections->errors, sections->file, line,
			"%s=: unknown key in [%s]; wirewatch.conf(5) lists all keys", key,
			kind_name);
}

static int set_value(void *userdata, unsigned line, const char *key, const char *value)
{
	struct sections *sections = userdata;
	struct section *section = sections->current;
	struct value_context context = {.arena = sections->arena, .folder = sections->folder};
	const struct setting *setting;
	unsigned *place;
	int r;

	if (!section)
		return 0;
	setting = setting_find(section->kind, key);
	if (!setting) {
		refuse_key(sections, line, key);
		return 0;
	}
	place = &section->lines[setting_index(setting)];
	if (*place > 0 && !(setting->flags & SETTING_LIST)) {
		config_errors_add(sections->errors, sections->file, line,
			"%s=: given twice in one section; expected it once", key);
		return 0;
	}
	*place = line;
	context.least = setting->least;
	context.most = setting->most;
	r = setting->parse(value, member(section, setting), &context);
	if (r == -EINVAL)
		config_errors_add(
			sections->errors, sections->file, line, "%s=: %s", key, context.words);
	return r == -EINVAL ? 0 : r;
}

static int copy_folder(struct sections *sections)
{
	const char *slash = strrchr(sections->file, '/');

	sections->folder = slash
		? arena_copy(sections->arena, sections->file, (size_t)(slash - sections->file))
		: ".";
	return sections->folder ? 0 : -ENOMEM;
}

typedef int (*read_fn)(const char *path, size_t limit, char **ret, size_t *ret_length);

static int read_sections(struct sections *sections, const char *path, read_fn read)
{
	static const struct ini_callbacks callbacks = {open_section, set_value};
	_cleanup_(freep) char *text = NULL;
	size_t length;
	int r;

	sections->file = arena_strdup(sections->arena, path);
	if (!sections->file)
		return -ENOMEM;
	r = copy_folder(sections);
	if (r < 0)
		return r;
	sections->current = NULL;
	r = read(path, CONFIG_FILE_MAX, &text, &length);
	if (r == -EFBIG) {
		config_errors_add(sections->errors, path, 0,
			"the file is too large; at most 64 MiB are read");
		return 0;
	}
	if (r < 0) {
		config_errors_add(
			sections->errors, path, 0, "cannot read the file: %s", file_error(r));
		return r == -ENOMEM ? r : 0;
	}
	return ini_read(sections->file, text, length, sections->errors, &callbacks, sections);
}

int sections_read_file(struct sections *sections, const char *path)
{
	return read_sections(sections, path, file_read_stored);
}

int sections_read_given(struct sections *sections, const char *path)
{
	return read_sections(sections, path, file_read);
}

unsigned section_line_of(const struct section *section, const char *key)
{
	const struct setting *setting = setting_find(section->kind, key);
	unsigned line = setting ? section->lines[setting_index(setting)] : 0;

	return line > 0 ? line : section->line;
}

bool section_gives(const struct section *section, const char *key)
{
	const struct setting *setting = setting_find(section->kind, key);

	return setting && section->lines[setting_index(setting)] > 0;
}

void section_require(const struct sections *sections, const struct section *section)
{
	const char *kind = section_kind_to_string(section->kind);
	size_t count;
	const struct setting *settings = settings_of(section->kind, &count);

	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &settings[i];

		if (setting->flags & SETTING_NEEDED && !section_gives(section, setting->key))
			section_error(sections, section, "%s=: is missing in [%s \"%s\"]",
				setting->key, kind, section->name);
	}
}

bool section_is_duplicate(const struct sections *sections, const struct section *section,
	const struct section *earlier)
{
	if (!earlier)
		return false;
	section_error(sections, section, "[%s \"%s\"]: the name is taken by [%s] in %s:%u",
		section_kind_to_string(section->kind), section->name,
		section_kind_to_string(earlier->kind), earlier->file, earlier->line);
	return true;
}
