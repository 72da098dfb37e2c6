#include <errno.h>
#include <string.h>

#include "base/access.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "config/build.h"
#include "config/mail.h"
#include "config/secrets.h"
#include "config/template.h"
#include "config/words.h"

enum {
	SECRETS_MAX = 2,            /* of a hook: the old and the new one during rotation */
	SECRET_FILE_MAX = 4 * 1024, /* bytes of the text form */
	AUTHORITIES_FILE_MAX = 1024 * 1024,
	JOURNAL_CONCURRENCY = 1,
	JOURNAL_MAX_BACKLOG = 100000, /* as other hooks have it by default */
};

/* journald may be restarting, or its socket be full for a moment. */
#define JOURNAL_RETRY_FIRST USEC_SEC
#define JOURNAL_RETRY_FOR USEC_DAY

/* The name under which a topic could ask for the journal. */
static const char journal_name[] = HOOK_JOURNAL_NAME;

static int add_secret(struct build *build, struct hook *hook, unsigned char *key, size_t length)
{
	unsigned char *copy = arena_alloc(build->arena, length);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, key, length);
	if (!hook->secret) {
		hook->secret = copy;
		hook->secret_length = length;
	} else {
		hook->next_secret = copy;
		hook->next_secret_length = length;
	}
	return 0;
}

static int read_secret(struct build *build, const struct section *section, struct hook *hook,
	const char *key, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	unsigned char *secret = NULL;
	size_t secret_length;
	size_t length;
	int r;

	r = secret_read(build, section, key, path, SECRET_FILE_MAX, &text, &length);
	if (r < 0 || !text)
		return r;
	r = strlen(text) == length ? secret_parse(text, &secret, &secret_length) : -EINVAL;
	explicit_bzero(text, length);
	if (r == -EINVAL) {
		setting_error(build->sections, section, key,
			"%s=: %s holds no secret; expected whsec_ and base64", key, path);
		return 0;
	}
	if (r < 0)
		return r;
	r = add_secret(build, hook, secret, secret_length);
	secret_free(secret, secret_length);
	return r;
}

static int read_credentials(struct build *build, const struct section *section, struct hook *hook)
{
	const char **names = section->hook.secret_credentials;
	const char *path;
	int r;

	for (size_t i = 0; names && names[i]; i++) {
		r = secret_credential_path(build, section, "SecretCredential", names[i], &path);
		if (r < 0)
			return r;
		if (!path) /* there are none at all: said once */
			break;
		r = read_secret(build, section, hook, "SecretCredential", path);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_secrets(struct build *build, const struct section *section, struct hook *hook)
{
	const char **files = section->hook.secret_files;
	int r;

	if (words_count(files) + words_count(section->hook.secret_credentials) > SECRETS_MAX) {
		section_error(build->sections, section,
			"SecretCredential=: more than two secrets; expected one, or two during "
			"rotation");
		return 0;
	}
	r = read_credentials(build, section, hook);
	if (r < 0)
		return r;
	for (size_t i = 0; files && files[i]; i++) {
		r = read_secret(build, section, hook, "SecretFile", files[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The media type of what the format makes; chats take JSON. */
static const char *media_type_of(const struct hook *hook)
{
	if (hook->content_type)
		return hook->content_type;
	return hook->format == HOOK_FORMAT_TEXT ? "text/plain" : "application/json";
}

static int read_template(struct build *build, const struct section *section, struct hook *hook)
{
	const char *path = section->hook.template;
	_cleanup_(freep) char *text = NULL;
	struct template *template = NULL;
	size_t length;
	int r;

	if (!path)
		return 0;
	r = file_read_stored(path, TEMPLATE_BYTES_MAX, &text, &length);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || strlen(text) != length || !utf8_valid(text, length)) {
		setting_error(build->sections, section, "Template", "Template=: cannot read %s: %s",
			path,
			r == -EFBIG     ? "it is larger than 64 KiB"
				: r < 0 ? file_error(r)
					: "it is no text in UTF-8");
		return 0;
	}
	r = template_parse(path, text, template_escape_of(media_type_of(hook)), build->arena,
		build->errors, &template);
	hook->template = template;
	return r;
}

/* Read now, so that a missing file is a fault of the configuration and no failing hook. */
static int read_authorities(struct build *build, const struct section *section, struct hook *hook)
{
	const char *path = section->hook.ca_file;
	struct access_file *file;
	struct digest identity;

	if (!path)
		return 0;
	hook->access = access_new();
	if (!hook->access)
		return -ENOMEM;
	file = &hook->access->authorities;
	identity = digest_strings(&path, 1);
	hex_encode(identity.bytes, sizeof(identity.bytes), hook->access->identity);
	return secret_read(
		build, section, "CAFile", path, AUTHORITIES_FILE_MAX, &file->bytes, &file->length);
}

static enum hook_kind kind_of(const struct section *section)
{
	switch (section->kind) {
	case SECTION_WEBHOOK:
		return HOOK_WEBHOOK;
	case SECTION_EXEC:
		return HOOK_EXEC;
	case SECTION_MAIL:
		return HOOK_MAIL;
	default:
		return HOOK_KIND_INVALID;
	}
}

static int add_hook(struct build *build, const struct section *section)
{
	struct hook *hook = &build->config->hooks[build->config->hook_count];
	const struct hook_section *values = &section->hook;
	int r;

	if (section_is_duplicate(build->sections, section, map_get(&build->hooks, section->name)))
		return 0;
	if (strcmp(section->name, journal_name) == 0) {
		section_error(build->sections, section,
			"[%s \"journal\"]: the name stands for the journal; expected another",
			section_kind_to_string(section->kind));
		return 0;
	}
	if (map_put(&build->hooks, section->name, (void *)section) < 0)
		return -ENOMEM;
	*hook = (struct hook){
		.name = section->name,
		.kind = kind_of(section),
		.timeout = values->timeout,
		.concurrency = values->concurrency,
		.retry_first = values->retry_first,
		.retry_for = values->retry_for,
		.rate = values->rate,
		.max_backlog = values->max_backlog,
		.url = values->url,
		.method = values->method,
		.format = values->format,
		.content_type = values->content_type,
		.headers = values->headers,
		.argv = values->command,
		.socket = section->kind == SECTION_EXEC ? build->config->hook_socket : NULL,
		.user = values->user,
	};
	build->config->hook_count++;
	section_require(build->sections, section);
	if (section->kind == SECTION_MAIL)
		return mail_build(build, section, hook);
	r = read_template(build, section, hook);
	if (r == 0)
		r = read_authorities(build, section, hook);
	return r < 0 ? r : read_secrets(build, section, hook);
}

int build_hooks(struct build *build)
{
	const size_t *count = build->sections->count;
	size_t most = count[SECTION_WEBHOOK] + count[SECTION_EXEC] + count[SECTION_MAIL];
	struct config *config = build->config;
	int r;

	if (most > HOOKS_MAX) {
		config_errors_add(build->errors, NULL, 0, "more than %d hooks", HOOKS_MAX);
		most = HOOKS_MAX;
	}
	config->hooks = arena_array(build->arena, most + 1, sizeof(*config->hooks));
	if (!config->hooks)
		return -ENOMEM;
	for (const struct section *s = build->sections->first; s; s = s->next) {
		if (kind_of(s) == HOOK_KIND_INVALID)
			continue;
		if (config->hook_count == most)
			break;
		r = add_hook(build, s);
		if (r < 0)
			return r;
	}
	if (config->journal)
		config->hooks[config->hook_count++] = (struct hook){
			.name = journal_name,
			.kind = HOOK_JOURNAL,
			.concurrency = JOURNAL_CONCURRENCY,
			.retry_first = JOURNAL_RETRY_FIRST,
			.retry_for = JOURNAL_RETRY_FOR,
			.max_backlog = JOURNAL_MAX_BACKLOG,
		};
	return 0;
}

static void refuse_hook(struct build *build, const struct section *section, const char *name)
{
	struct nearest nearest = {.name = name};
	const char *quote = section->name[0] != '\0' ? "\"" : "";
	const char *gap = section->name[0] != '\0' ? " " : "";

	nearest_try_map(&nearest, &build->hooks);
	setting_error(build->sections, section, "Notify",
		"Notify=: [%s%s%s%s%s] names no hook \"%s\"; %s%s%s",
		section_kind_to_string(section->kind), gap, quote, section->name, quote, name,
		nearest.found ? "did you mean \""
			      : "expected the name of a [Webhook], [Exec] or [Mail]",
		nearest.found ? nearest.found : "", nearest.found ? "\"?" : "");
}

int build_notify(
	struct build *build, const struct section *section, const char **names, const char ***ret)
{
	const char **hooks = arena_array(build->arena, words_count(names) + 2, sizeof(*hooks));
	bool journal = build->config->journal;
	size_t count = 0;

	if (!hooks)
		return -ENOMEM;
	for (size_t i = 0; names && names[i]; i++) {
		if (map_get(&build->hooks, names[i]))
			hooks[count++] = names[i];
		else if (!journal || strcmp(names[i], journal_name) != 0)
			refuse_hook(build, section, names[i]);
	}
	if (journal)
		hooks[count] = journal_name;
	*ret = hooks;
	return 0;
}
