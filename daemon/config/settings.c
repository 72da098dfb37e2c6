#include "config/settings.h"

#include <assert.h>
#include <string.h>

#include "base/nearest.h"
#include "model/enum_names.h"

static const char *const kind_names[] = {
	[SECTION_DAEMON] = "Daemon",
	[SECTION_FEED] = "Feed",
	[SECTION_FEED_LIST] = "FeedList",
	[SECTION_TOPIC] = "Topic",
	[SECTION_LIST] = "List",
	[SECTION_WEBHOOK] = "Webhook",
	[SECTION_EXEC] = "Exec",
	[SECTION_MAIL] = "Mail",
};

DEFINE_ENUM_NAMES(section_kind, enum section_kind, kind_names)

#define TARGET(member) offsetof(struct section, member)
#define SPAN(least_, most_) .least = (least_), .most = (most_)

/* Beyond this a span reaches before 1970. */
#define SPAN_MAX (50 * 365 * USEC_DAY)

/* One line a setting; clang-format would make ten of it. */
/* clang-format off */
const struct setting settings_table[] = {
	{SECTION_DAEMON, "PollInterval", value_timespan, TARGET(daemon.poll_interval), "30min", 0,
		SPAN(USEC_SEC, 30 * USEC_DAY), "how often feeds are polled until their rhythm is known"},
	{SECTION_DAEMON, "Readers", value_number, TARGET(daemon.readers), "2", 0,
		SPAN(1, 64), "reader processes"},
	{SECTION_DAEMON, "StateDirectory", value_path, TARGET(daemon.state_directory), "/var/lib/wirewatch",
		SETTING_RESTART, .help = "folder of the database"},
	{SECTION_DAEMON, "ControlSocket", value_socket, TARGET(daemon.control_socket),
		"/run/wirewatch/control.sock", SETTING_RESTART, .help = "where the tool reaches the daemon"},
	{SECTION_DAEMON, "HookSocket", value_hook_socket, TARGET(daemon.hook_socket),
		"/run/wirewatch/hook.sock", 0, .help = "where systemd starts units for exec hooks, or no"},
	{SECTION_DAEMON, "Notify", value_words, TARGET(daemon.notify), NULL,
		SETTING_LIST, .help = "hooks that are told of failing feeds and hooks"},
	{SECTION_DAEMON, "Remember", value_timespan, TARGET(daemon.remember), "400d", 0,
		SPAN(USEC_HOUR, SPAN_MAX), "how long stories are recognised again"},
	{SECTION_DAEMON, "Keep", value_timespan, TARGET(daemon.keep), "90d", 0,
		SPAN(USEC_HOUR, SPAN_MAX), "how long the texts of articles are kept"},
	{SECTION_DAEMON, "KeepAlerts", value_timespan, TARGET(daemon.keep_alerts), NULL, 0,
		SPAN(USEC_HOUR, SPAN_MAX), "how long alerts are kept that were delivered; default Keep="},
	{SECTION_DAEMON, "KeepFailed", value_timespan, TARGET(daemon.keep_failed), NULL, 0,
		SPAN(USEC_HOUR, SPAN_MAX), "how long dead letters are kept; default Remember="},
	{SECTION_DAEMON, "Backfill", value_timespan, TARGET(daemon.backfill), "0", 0,
		SPAN(0, SPAN_MAX), "a new feed alerts on what is younger; feeds may set their own"},
	{SECTION_DAEMON, "HostConnections", value_number, TARGET(daemon.host_connections), "1", 0,
		SPAN(1, 64), "requests at a time to one host"},
	{SECTION_DAEMON, "HostGap", value_timespan, TARGET(daemon.host_gap), "1s", 0,
		SPAN(0, USEC_HOUR), "time between the starts of requests to one host"},
	{SECTION_DAEMON, "MaxTransfers", value_number, TARGET(daemon.max_transfers), "64", 0,
		SPAN(1, 1024), "requests at a time in all"},
	{SECTION_DAEMON, "AllowPrivateNetworks", value_networks, TARGET(daemon.private_networks), "no", 0,
		.help = "yes, no, or the private prefixes that feeds may be fetched from"},
	{SECTION_DAEMON, "UserAgent", value_text, TARGET(daemon.user_agent), NULL, 0,
		.help = "the whole User-Agent; default wirewatch/VERSION (+Contact)"},
	{SECTION_DAEMON, "Contact", value_contact, TARGET(daemon.contact), NULL, 0,
		.help = "URL or mail address in the User-Agent, for publishers with questions"},
	{SECTION_DAEMON, "PublicURL", value_hook_url, TARGET(daemon.public_url), NULL, SETTING_RESTART,
		.help = "URL under which hubs reach Listen=: they then push news (WebSub)"},
	{SECTION_DAEMON, "Listen", value_listen, TARGET(daemon.listen), NULL, SETTING_RESTART,
		.help = "ADDRESS:PORT for what hubs send to PublicURL="},
	{SECTION_DAEMON, "SafetyPollInterval", value_timespan, TARGET(daemon.safety_interval), "12h",
		SETTING_RESTART, SPAN(USEC_SEC, USEC_DAY), "how often feeds are polled whose hub pushes"},
	{SECTION_DAEMON, "Journal", value_boolean, TARGET(daemon.journal), "yes", 0,
		.help = "whether alerts go to the journal too"},
	{SECTION_DAEMON, "GroupMayChange", value_boolean, TARGET(daemon.group_may_change), "no", 0,
		.help = "whether members of the control socket's group may do more than look"},
	{SECTION_DAEMON, "TimeZone", value_time_zone, TARGET(daemon.time_zone), NULL, 0,
		.help = "of the local times in Digest= and Quiet=; default the system's"},

	{SECTION_FEED, "URL", value_feed_url, TARGET(feed.url), NULL, SETTING_NEEDED,
		.help = "http, https or file URL of the feed"},
	{SECTION_FEED, "Tags", value_words, TARGET(feed.tags), NULL, SETTING_LIST,
		.help = "words by which topics name groups of feeds (tag:WORD)"},
	{SECTION_FEED, "PollInterval", value_timespan, TARGET(feed.poll_interval), NULL, 0,
		SPAN(USEC_SEC, 30 * USEC_DAY), "a fixed interval instead of the feed's own rhythm"},
	{SECTION_FEED, "Backfill", value_timespan, TARGET(feed.backfill), NULL, 0,
		SPAN(0, SPAN_MAX), "the first poll alerts on what is younger"},
	{SECTION_FEED, "FullText", value_full_text, TARGET(feed.full_text), NULL, 0,
		.help = "yes, no or auto: fetch articles' pages for their text"},
	{SECTION_FEED, "UserAgent", value_text, TARGET(feed.user_agent), NULL, 0,
		.help = "another User-Agent for this feed"},
	{SECTION_FEED, "AllowPrivateNetworks", value_networks, TARGET(feed.private_networks), NULL, 0,
		.help = "as in [Daemon], for this feed"},
	{SECTION_FEED, "User", value_user, TARGET(feed.user), NULL, 0,
		.help = "name for a password (HTTP's Basic)"},
	{SECTION_FEED, "PasswordCredential", value_credential, TARGET(feed.password_credential), NULL, 0,
		.help = "systemd credential with the password"},
	{SECTION_FEED, "PasswordFile", value_file, TARGET(feed.password_file), NULL, 0,
		.help = "file with the password"},
	{SECTION_FEED, "TokenCredential", value_credential, TARGET(feed.token_credential), NULL, 0,
		.help = "systemd credential with a Bearer token"},
	{SECTION_FEED, "TokenFile", value_file, TARGET(feed.token_file), NULL, 0,
		.help = "file with a Bearer token"},
	{SECTION_FEED, "Header", value_feed_header, TARGET(feed.headers), NULL, SETTING_LIST,
		.help = "a further header, as Name: value"},
	{SECTION_FEED, "Proxy", value_proxy, TARGET(feed.proxy), NULL, 0,
		.help = "http, https or socks5 URL of a proxy"},
	{SECTION_FEED, "ClientCertificate", value_file, TARGET(feed.client_certificate), NULL, 0,
		.help = "PEM file by which the server knows us"},
	{SECTION_FEED, "ClientKey", value_file, TARGET(feed.client_key), NULL, 0,
		.help = "PEM file with its key, where that stands apart"},
	{SECTION_FEED, "ClientKeyCredential", value_credential, TARGET(feed.client_key_credential), NULL, 0,
		.help = "systemd credential with its key"},
	{SECTION_FEED, "CAFile", value_file, TARGET(feed.ca_file), NULL, 0,
		.help = "PEM file of authorities instead of the system's"},
	{SECTION_FEED, "Cookies", value_boolean, TARGET(feed.cookies), "no", 0,
		.help = "whether cookies are sent back within a poll"},
	{SECTION_FEED, "VerifyTLS", value_boolean, TARGET(feed.verify_tls), "yes", 0,
		.help = "no: the server's certificate is not checked"},

	{SECTION_FEED_LIST, "File", value_file, TARGET(feed.file), NULL, SETTING_NEEDED,
		.help = "OPML file, relative to the configuration file"},
	{SECTION_FEED_LIST, "Tags", value_words, TARGET(feed.tags), NULL, SETTING_LIST,
		.help = "tags of all its feeds, beside those from its outlines"},
	{SECTION_FEED_LIST, "PollInterval", value_timespan, TARGET(feed.poll_interval), NULL, 0,
		SPAN(USEC_SEC, 30 * USEC_DAY), "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "Backfill", value_timespan, TARGET(feed.backfill), NULL, 0,
		SPAN(0, SPAN_MAX), "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "FullText", value_full_text, TARGET(feed.full_text), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "UserAgent", value_text, TARGET(feed.user_agent), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "AllowPrivateNetworks", value_networks, TARGET(feed.private_networks), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "User", value_user, TARGET(feed.user), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "PasswordCredential", value_credential, TARGET(feed.password_credential), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "PasswordFile", value_file, TARGET(feed.password_file), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "TokenCredential", value_credential, TARGET(feed.token_credential), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "TokenFile", value_file, TARGET(feed.token_file), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "Header", value_feed_header, TARGET(feed.headers), NULL, SETTING_LIST,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "Proxy", value_proxy, TARGET(feed.proxy), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "ClientCertificate", value_file, TARGET(feed.client_certificate), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "ClientKey", value_file, TARGET(feed.client_key), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "ClientKeyCredential", value_credential, TARGET(feed.client_key_credential), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "CAFile", value_file, TARGET(feed.ca_file), NULL, 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "Cookies", value_boolean, TARGET(feed.cookies), "no", 0,
		.help = "as in [Feed], for all its feeds"},
	{SECTION_FEED_LIST, "VerifyTLS", value_boolean, TARGET(feed.verify_tls), "yes", 0,
		.help = "as in [Feed], for all its feeds"},

	{SECTION_TOPIC, "Query", value_query, TARGET(topic.query), NULL, SETTING_NEEDED,
		.help = "what is watched for"},
	{SECTION_TOPIC, "Stem", value_stem, TARGET(topic.stem), NULL, 0,
		.help = "english: words match their inflected forms"},
	{SECTION_TOPIC, "Regex", value_boolean, TARGET(topic.regex), "no", 0,
		.help = "whether /.../ in the query is a regular expression"},
	{SECTION_TOPIC, "Feeds", value_words, TARGET(topic.feeds), NULL, SETTING_LIST,
		.help = "feeds and tag:WORD whose articles are looked at; default all"},
	{SECTION_TOPIC, "Alert", value_alert, TARGET(topic.alert), "new", 0,
		.help = "which events make an alert: new update rewrite reprint"},
	{SECTION_TOPIC, "FullText", value_full_text, TARGET(topic.full_text), NULL, 0,
		.help = "as in [Feed], for the topic's feeds that do not set it"},
	{SECTION_TOPIC, "Notify", value_words, TARGET(topic.notify), NULL, SETTING_LIST,
		.help = "hooks that are told"},
	{SECTION_TOPIC, "Spread", value_spread, TARGET(topic.spread), NULL, 0,
		SPAN(2, 1000000), "numbers of sites at which a story's spread is told, as 3 10 30"},
	{SECTION_TOPIC, "MaxRate", value_rate, TARGET(topic.gathering.max_rate), NULL, 0,
		SPAN(1, 1000000), "alerts within a time, as 20/1h; a digest lists what is beyond"},
	{SECTION_TOPIC, "Digest", value_digest, TARGET(topic.gathering.digest), NULL, 0,
		.help = "when alerts go out together: hourly, daily 07:00 19:00, weekly Mon 07:00"},
	{SECTION_TOPIC, "Quiet", value_quiet, TARGET(topic.gathering.quiet), NULL, 0,
		.help = "hours whose alerts wait for their end, as 22:00-06:00"},
	{SECTION_TOPIC, "TimeZone", value_time_zone, TARGET(topic.gathering.time_zone), NULL, 0,
		.help = "of the local times in Digest= and Quiet=; default that of [Daemon]"},

	{SECTION_LIST, "Terms", value_terms, TARGET(list.terms), NULL, SETTING_LIST,
		.help = "words and \"phrases\" for list:NAME in queries, parted by commas"},
	{SECTION_LIST, "File", value_file, TARGET(list.file), NULL, 0,
		.help = "file with a term on each line, relative to the configuration file"},

	{SECTION_WEBHOOK, "URL", value_hook_url, TARGET(hook.url), NULL, SETTING_NEEDED,
		.help = "where alerts are posted"},
	{SECTION_WEBHOOK, "Format", value_format, TARGET(hook.format), "json", 0,
		.help = "form of the body: json, cloudevents, slack, discord, ..."},
	{SECTION_WEBHOOK, "Template", value_file, TARGET(hook.template), NULL, 0,
		.help = "file with the body, {{field}} for what an event says"},
	{SECTION_WEBHOOK, "ContentType", value_media_type, TARGET(hook.content_type), NULL, 0,
		.help = "media type of the body; by it values in a template are escaped"},
	{SECTION_WEBHOOK, "Method", value_method, TARGET(hook.method), "POST", 0,
		.help = "POST or PUT"},
	{SECTION_WEBHOOK, "Header", value_header, TARGET(hook.headers), NULL, SETTING_LIST,
		.help = "a further header, as Name: value"},
	{SECTION_WEBHOOK, "SecretCredential", value_credentials, TARGET(hook.secret_credentials), NULL,
		SETTING_LIST, .help = "systemd credential with the signing secret; two during rotation"},
	{SECTION_WEBHOOK, "SecretFile", value_files, TARGET(hook.secret_files), NULL,
		SETTING_LIST, .help = "file with the signing secret; two during rotation"},
	{SECTION_WEBHOOK, "CAFile", value_file, TARGET(hook.ca_file), NULL, 0,
		.help = "certificates that the receiver's is checked by, instead of the system's"},
	{SECTION_WEBHOOK, "Concurrency", value_number, TARGET(hook.concurrency), "4", 0,
		SPAN(1, 64), "deliveries at a time"},
	{SECTION_WEBHOOK, "Rate", value_rate, TARGET(hook.rate), NULL, 0,
		SPAN(1, 1000000), "deliveries within a time, as 20/1min"},
	{SECTION_WEBHOOK, "Timeout", value_timespan, TARGET(hook.timeout), "30s", 0,
		SPAN(USEC_SEC, USEC_HOUR), "time for one attempt"},
	{SECTION_WEBHOOK, "RetryFirst", value_timespan, TARGET(hook.retry_first), "5s", 0,
		SPAN(USEC_SEC / 10, USEC_DAY), "the first back-off, doubling to 10 h"},
	{SECTION_WEBHOOK, "RetryFor", value_timespan, TARGET(hook.retry_for), "3d", 0,
		SPAN(0, 30 * USEC_DAY), "then the delivery is given up as a dead letter"},
	{SECTION_WEBHOOK, "MaxBacklog", value_number, TARGET(hook.max_backlog), "100000", 0,
		SPAN(1, 1000000), "deliveries that wait; beyond it the oldest is given up"},

	{SECTION_EXEC, "Command", value_command, TARGET(hook.command), NULL, SETTING_NEEDED,
		.help = "program by absolute path and its arguments; no shell"},
	{SECTION_EXEC, "User", value_account, TARGET(hook.user), NULL, 0,
		.help = "user that the command runs as, where the daemon may"},
	{SECTION_EXEC, "Concurrency", value_number, TARGET(hook.concurrency), "2", 0,
		SPAN(1, 64), "processes at a time"},
	{SECTION_EXEC, "Timeout", value_timespan, TARGET(hook.timeout), "30s", 0,
		SPAN(USEC_SEC, USEC_HOUR), "time for one run"},
	{SECTION_EXEC, "RetryFirst", value_timespan, TARGET(hook.retry_first), "5s", 0,
		SPAN(USEC_SEC / 10, USEC_DAY), "the first back-off, doubling to 10 h"},
	{SECTION_EXEC, "RetryFor", value_timespan, TARGET(hook.retry_for), "3d", 0,
		SPAN(0, 30 * USEC_DAY), "then the delivery is given up as a dead letter"},
	{SECTION_EXEC, "MaxBacklog", value_number, TARGET(hook.max_backlog), "100000", 0,
		SPAN(1, 1000000), "deliveries that wait; beyond it the oldest is given up"},

	{SECTION_MAIL, "Server", value_mail_server, TARGET(hook.server), NULL, SETTING_NEEDED,
		.help = "smtp://HOST:PORT or smtps://HOST:PORT of the mail server"},
	{SECTION_MAIL, "From", value_mailbox, TARGET(hook.from), NULL, SETTING_NEEDED,
		.help = "sender, as Name <address>"},
	{SECTION_MAIL, "To", value_mailboxes, TARGET(hook.to), NULL, SETTING_NEEDED,
		.help = "recipients, parted by commas"},
	{SECTION_MAIL, "StartTLS", value_boolean, TARGET(hook.starttls), "yes", 0,
		.help = "whether smtp:// has to be secured; no is for a server of this machine"},
	{SECTION_MAIL, "User", value_text, TARGET(hook.user), NULL, 0,
		.help = "name to log in with"},
	{SECTION_MAIL, "PasswordCredential", value_credential, TARGET(hook.password_credential), NULL, 0,
		 .help = "systemd credential with the password"},
	{SECTION_MAIL, "PasswordFile", value_file, TARGET(hook.password_file), NULL, 0,
		.help = "file with the password"},
	{SECTION_MAIL, "CAFile", value_file, TARGET(hook.ca_file), NULL, 0,
		.help = "certificates that the server's is checked by, instead of the system's"},
	{SECTION_MAIL, "Concurrency", value_number, TARGET(hook.concurrency), "2", 0,
		SPAN(1, 64), "mails at a time"},
	{SECTION_MAIL, "Rate", value_rate, TARGET(hook.rate), NULL, 0,
		SPAN(1, 1000000), "mails within a time, as 20/1min"},
	{SECTION_MAIL, "Timeout", value_timespan, TARGET(hook.timeout), "1min", 0,
		SPAN(USEC_SEC, USEC_HOUR), "time for one attempt"},
	{SECTION_MAIL, "RetryFirst", value_timespan, TARGET(hook.retry_first), "1min", 0,
		SPAN(USEC_SEC / 10, USEC_DAY), "the first back-off, doubling to 10 h"},
	{SECTION_MAIL, "RetryFor", value_timespan, TARGET(hook.retry_for), "3d", 0,
		SPAN(0, 30 * USEC_DAY), "then the delivery is given up as a dead letter"},
	{SECTION_MAIL, "MaxBacklog", value_number, TARGET(hook.max_backlog), "100000", 0,
		SPAN(1, 1000000), "deliveries that wait; beyond it the oldest is given up"},
};
/* clang-format on */

const size_t settings_count = ARRAY_SIZE(settings_table);

const struct setting *settings_of(enum section_kind kind, size_t *ret_count)
{
	size_t first = 0;
	size_t end;

	while (first < settings_count && settings_table[first].section != kind)
		first++;
	for (end = first; end < settings_count && settings_table[end].section == kind; end++)
		;
	*ret_count = end - first;
	return &settings_table[first];
}

size_t setting_index(const struct setting *setting)
{
	const struct setting *first = setting;
	size_t index;

	while (first > settings_table && first[-1].section == setting->section)
		first--;
	index = (size_t)(setting - first);
	assert(index < SECTION_SETTINGS_MAX);
	return index;
}

const struct setting *setting_find(enum section_kind kind, const char *key)
{
	for (size_t i = 0; i < settings_count; i++)
		if (settings_table[i].section == kind && strcmp(settings_table[i].key, key) == 0)
			return &settings_table[i];
	return NULL;
}

const char *setting_nearest(enum section_kind kind, const char *key)
{
	struct nearest nearest = {.name = key};
	size_t count;
	const struct setting *settings = settings_of(kind, &count);

	for (size_t i = 0; i < count; i++)
		nearest_try(&nearest, settings[i].key);
	return nearest.found;
}

enum section_kind setting_elsewhere(const char *key)
{
	for (size_t i = 0; i < settings_count; i++)
		if (strcmp(settings_table[i].key, key) == 0)
			return settings_table[i].section;
	return SECTION_KIND_INVALID;
}
