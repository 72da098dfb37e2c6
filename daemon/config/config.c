#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "config/build.h"

/* 200,000 feeds and 100,000 long queries take a third of it. */
#define CONFIG_BYTES_MAX ((size_t)1024 * 1024 * 1024)

#define CONFIG_FOLDER_DEFAULT "/etc/wirewatch"
#define CONFIG_FILE_NAME "wirewatch.conf"
#define CONFIG_DROP_IN_FOLDER "conf.d"

/* Files that end in .conf and are not hidden, for scandir(3). */
static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(".conf") &&
		strcmp(entry->d_name + length - strlen(".conf"), ".conf") == 0;
}

/* By bytes, so that the order does not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_drop_ins(struct sections *sections, const char *folder)
{
	struct dirent **entries;
	const char *path;
	int count;
	int r = 0;

	count = scandir(folder, &entries, is_drop_in, by_name);
	if (count < 0 && errno == ENOENT)
		return 0;
	if (count < 0) {
		config_errors_add(
			sections->errors, folder, 0, "cannot read the folder: %s", strerror(errno));
		return 0;
	}
	for (int i = 0; i < count; i++) {
		path = arena_printf(sections->scratch, "%s/%s", folder, entries[i]->d_name);
		if (!path)
			r = -ENOMEM;
		if (r == 0)
			r = sections_read_file(sections, path);
		free(entries[i]);
	}
	free(entries);
	return r;
}

typedef int (*read_sections_fn)(struct sections *sections, const char *path);

/* A path that is no folder is read by `read_given`. */
static int read_files(struct sections *sections, const char *path, read_sections_fn read_given)
{
	const char *file;
	const char *drop_ins;
	struct stat info;
	int r;

	if (stat(path, &info) < 0) {
		config_errors_add(sections->errors, path, 0,
			"%s; expected one file, or a folder with " CONFIG_FILE_NAME,
			strerror(errno));
		return 0;
	}
	if (!S_ISDIR(info.st_mode))
		return read_given(sections, path);
	file = arena_printf(sections->scratch, "%s/%s", path, CONFIG_FILE_NAME);
	drop_ins = arena_printf(sections->scratch, "%s/%s", path, CONFIG_DROP_IN_FOLDER);
	if (!file || !drop_ins)
		return -ENOMEM;
	r = sections_read_file(sections, file);
	return r < 0 ? r : read_drop_ins(sections, drop_ins);
}

static const char *compose_user_agent(const struct daemon_section *values, struct arena *arena)
{
	if (values->user_agent)
		return values->user_agent;
	if (values->contact)
		return arena_printf(
			arena, "wirewatch/%s (+%s)", WIREWATCH_VERSION, values->contact);
	return arena_strdup(arena, "wirewatch/" WIREWATCH_VERSION);
}

/* systemd names the folder that it made for us; a setting overrides it. */
static const char *state_directory(const struct section *section, struct arena *arena)
{
	const struct setting *setting = setting_find(SECTION_DAEMON, "StateDirectory");
	const char *given = getenv("STATE_DIRECTORY");
	const char *configured = section->daemon.state_directory;

	if (!given || given[0] != '/' || strcmp(configured, setting->fallback) != 0)
		return configured;
	return arena_copy(arena, given, strcspn(given, ":"));
}

static int build_daemon(struct build *build)
{
	const struct section *section = build->sections->daemon;
	const struct daemon_section *values = &section->daemon;
	const char *private_networks = values->private_networks;
	struct config *config = build->config;

	config->poll_interval = values->poll_interval;
	config->readers = values->readers;
	config->state_directory = state_directory(section, build->arena);
	config->control_socket = values->control_socket;
	config->hook_socket = values->hook_socket[0] != '\0' ? values->hook_socket : NULL;
	config->remember = values->remember;
	config->keep = values->keep;
	config->keep_alerts = values->keep_alerts > 0 ? values->keep_alerts : values->keep;
	config->keep_failed = values->keep_failed > 0 ? values->keep_failed : values->remember;
	config->host_connections = values->host_connections;
	config->host_gap = values->host_gap;
	config->max_transfers = values->max_transfers;
	config->private_networks = private_networks[0] != '\0' ? private_networks : NULL;
	config->user_agent = compose_user_agent(values, build->arena);
	config->public_url = values->public_url;
	config->listen = values->listen;
	config->safety_interval = values->safety_interval;
	if (values->public_url && !values->listen)
		setting_error(build->sections, section, "PublicURL",
			"PublicURL=: Listen= is missing; expected the ADDRESS:PORT that it leads "
			"to");
	config->journal = values->journal;
	config->group_may_change = values->group_may_change;
	if (!config->state_directory || !config->user_agent)
		return -ENOMEM;
	return 0;
}

static int build_all(struct build *build)
{
	int r;

	r = build_daemon(build);
	if (r < 0)
		return r;
	r = build_hooks(build);
	if (r < 0)
		return r;
	r = build_notify(build, build->sections->daemon, build->sections->daemon->daemon.notify,
		&build->config->notify);
	if (r < 0)
		return r;
	r = build_feeds(build);
	if (r < 0)
		return r;
	return build_topics(build);
}

static int load(const char *path, read_sections_fn read_given, struct config_errors *errors,
	struct config *config)
{
	_cleanup_(arena_freep) struct arena *scratch = NULL;
	struct sections sections;
	struct build build = {
		.sections = &sections,
		.config = config,
		.arena = config->arena,
		.errors = errors,
	};
	int r;

	r = arena_new(CONFIG_BYTES_MAX, &scratch);
	if (r < 0)
		return r;
	build.scratch = scratch;
	r = sections_init(&sections, scratch, config->arena, errors);
	if (r < 0)
		return r;
	r = read_files(&sections, path ? path : CONFIG_FOLDER_DEFAULT, read_given);
	if (r < 0)
		return r;
	r = build_all(&build);
	map_free(&build.hooks);
	map_free(&build.feeds);
	map_free(&build.tags);
	return r;
}

static int load_new(const char *path, read_sections_fn read_given, struct config_errors *errors,
	struct config **ret)
{
	_cleanup_(config_freep) struct config *config = calloc(1, sizeof(*config));
	size_t before = errors->count + errors->dropped;
	int r;

	if (!config)
		return -ENOMEM;
	r = arena_new(CONFIG_BYTES_MAX, &config->arena);
	if (r < 0)
		return r;
	r = load(path, read_given, errors, config);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(config);
	return errors->count + errors->dropped > before ? -EINVAL : 0;
}

int config_load(const char *path, struct config_errors *errors, struct config **ret)
{
	return load_new(path, sections_read_given, errors, ret);
}

int config_load_again(const char *path, struct config_errors *errors, struct config **ret)
{
	return load_new(path, sections_read_file, errors, ret);
}

static bool is_unverified(const struct feed *feed)
{
	return feed->access && feed->access->unverified;
}

static bool is_overheard(const struct feed *feed)
{
	return feed->access && (feed->access->user || feed->access->token) &&
		strncasecmp(feed->url, "http:", strlen("http:")) == 0;
}

static void warn_of(const struct config *config, bool (*concerns)(const struct feed *feed),
	const char *what, void (*warn)(const char *words))
{
	_cleanup_(freep) char *words = NULL;
	const struct feed *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < config->feed_count; i++) {
		if (!concerns(&config->feeds[i]))
			continue;
		if (!first)
			first = &config->feeds[i];
		count++;
	}
	if (count == 0)
		return;
	if (asprintf(&words, "%s: %zu %s, first %s", what, count, count == 1 ? "feed" : "feeds",
		    first->name) >= 0)
		warn(words);
}

char *config_totals(size_t feeds, size_t topics, size_t hooks, char ret[CONFIG_TOTALS_SIZE])
{
	(void)snprintf(ret, CONFIG_TOTALS_SIZE, "%zu feed%s, %zu topic%s, %zu hook%s", feeds,
		feeds == 1 ? "" : "s", topics, topics == 1 ? "" : "s", hooks,
		hooks == 1 ? "" : "s");
	return ret;
}

void config_warn(const struct config *config, void (*warn)(const char *words))
{
	warn_of(config, is_unverified,
		"VerifyTLS=no: whoever stands between can forge the news; give CAFile= instead",
		warn);
	warn_of(config, is_overheard,
		"the password or token goes over the network in the clear; use an https URL", warn);
}

const struct feed *config_find_feed(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->feed_count; i++)
		if (feed_is_called(&config->feeds[i], name))
			return &config->feeds[i];
	return NULL;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->hook_count; i++) {
		struct hook *hook = &config->hooks[i];

		/* The arena's memory is the configuration's own: const is for its readers. */
		if (hook->secret)
			explicit_bzero((void *)hook->secret, hook->secret_length);
		if (hook->next_secret)
			explicit_bzero((void *)hook->next_secret, hook->next_secret_length);
		access_unref(hook->access);
		if (hook->password)
			explicit_bzero((void *)hook->password, strlen(hook->password));
	}
	for (struct config_access *held = config->accesses; held; held = held->next)
		access_unref(held->access);
	arena_free(config->arena);
	free(config);
}
