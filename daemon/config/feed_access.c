#include "config/feed_access.h"

#include <errno.h>
#include <string.h>

#include "config/secrets.h"
#include "config/words.h"

enum {
	SECRET_TEXT_MAX = 4 * 1024, /* bytes of a password's or token's file */
	PEM_FILE_MAX = 1024 * 1024, /* the system's own bundle has 220 KiB */
};

/* The work in progress on one access. */
struct draft {
	struct build *build;
	const struct section *section;
	const struct feed_section *values;
	struct access *access;
};

bool section_gives_credentials(const struct section *section)
{
	return section->feed.user || section->feed.token_credential || section->feed.token_file;
}

static bool gives_access(const struct feed_section *values)
{
	return values->user || values->password_credential || values->password_file ||
		values->token_credential || values->token_file ||
		words_count(values->headers) > 0 || values->proxy || values->client_certificate ||
		values->client_key || values->client_key_credential || values->ca_file ||
		values->cookies || !values->verify_tls;
}

static void refuse(const struct draft *draft, const char *key, const char *words)
{
	setting_error(draft->build->sections, draft->section, key, "%s=: %s", key, words);
}

/* The file of KEY= or of KEYCredential=, by whichever is given.  *ret_path is NULL for neither. */
static int find_file(const struct draft *draft, const char *file_key, const char *file,
	const char *credential_key, const char *credential, const char **ret_key,
	const char **ret_path)
{
	*ret_key = file ? file_key : credential_key;
	*ret_path = file;
	if (file && credential) {
		setting_error(draft->build->sections, draft->section, credential_key,
			"%s=: %s= is given too; expected one of them", credential_key, file_key);
		*ret_path = NULL;
		return 0;
	}
	if (!credential)
		return 0;
	return secret_credential_path(
		draft->build, draft->section, credential_key, credential, ret_path);
}

static int read_file(const struct draft *draft, const char *key, const char *path, size_t limit,
	struct access_file *ret)
{
	return path ? secret_read(draft->build, draft->section, key, path, limit, &ret->bytes,
			      &ret->length)
		    : 0;
}

static bool is_secret_text(const char *text, size_t length, bool blanks)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f || (text[i] == ' ' && !blanks))
			return false;
	return length > 0;
}

/* The one line of a file: what ends the line is no part of it. */
static int read_line(
	const struct draft *draft, const char *key, const char *path, bool blanks, char **ret)
{
	struct access_file file = {0};
	int r;

	r = read_file(draft, key, path, SECRET_TEXT_MAX, &file);
	if (r < 0 || !file.bytes)
		return r;
	while (file.length > 0 &&
		(file.bytes[file.length - 1] == '\n' || file.bytes[file.length - 1] == '\r'))
		file.bytes[--file.length] = '\0';
	if (is_secret_text(file.bytes, file.length, blanks)) {
		*ret = file.bytes;
		return 0;
	}
	setting_error(draft->build->sections, draft->section, key,
		"%s=: %s holds no such secret; expected one line of text", key, path);
	explicit_bzero(file.bytes, file.length);
	free(file.bytes);
	return 0;
}

static int copy(const char *text, char **ret)
{
	if (text) {
		*ret = strdup(text);
		if (!*ret)
			return -ENOMEM;
	}
	return 0;
}

static int take_password(struct draft *draft)
{
	const struct feed_section *values = draft->values;
	const char *path;
	const char *key;
	int r;

	r = find_file(draft, "PasswordFile", values->password_file, "PasswordCredential",
		values->password_credential, &key, &path);
	if (r == 0)
		r = read_line(draft, key, path, true, &draft->access->password);
	if (r == 0)
		r = copy(values->user, &draft->access->user);
	if (r < 0)
		return r;
	if (values->user && !values->password_file && !values->password_credential)
		refuse(draft, "User",
			"the password is missing; expected PasswordCredential= or PasswordFile=");
	if (!values->user && (values->password_file || values->password_credential))
		refuse(draft, key, "User= is missing");
	return 0;
}

static int take_token(struct draft *draft)
{
	const struct feed_section *values = draft->values;
	const char *path;
	const char *key;
	int r;

	r = find_file(draft, "TokenFile", values->token_file, "TokenCredential",
		values->token_credential, &key, &path);
	if (r == 0)
		r = read_line(draft, key, path, false, &draft->access->token);
	if (r == 0 && values->user && (values->token_file || values->token_credential))
		refuse(draft, "User", "a token is given too; expected one of them");
	return r;
}

/* Which of its characters RFC 3986 section 2.1 has in hexadecimal. */
static char *decode(const char *text, size_t length)
{
	char *decoded = strndup(text, length);
	char *to = decoded;

	for (const char *from = decoded; from && *from != '\0'; to++) {
		int byte = url_decode(from);

		*to = byte > 0 ? (char)byte : *from;
		from += byte > 0 ? 3 : 1;
	}
	if (to)
		*to = '\0';
	return decoded;
}

/* http://USER:PASSWORD@HOST/: as if they stood in settings of their own. */
static int take_userinfo(struct draft *draft, struct url_part userinfo)
{
	struct access *access = draft->access;
	const char *colon = memchr(userinfo.bytes, ':', userinfo.length);
	size_t user = colon ? (size_t)(colon - userinfo.bytes) : userinfo.length;
	size_t password = colon ? userinfo.length - user - 1 : 0;

	if (section_gives_credentials(draft->section)) {
		setting_error(draft->build->sections, draft->section, "URL",
			"URL=: it has a user of its own; expected that, or User= or a token");
		return 0;
	}
	access->user = decode(userinfo.bytes, user);
	access->password = decode(colon ? colon + 1 : "", password);
	if (!access->user || !access->password)
		return -ENOMEM;
	if (!is_secret_text(access->user, strlen(access->user), true) ||
		(password > 0 && !is_secret_text(access->password, strlen(access->password), true)))
		setting_error(draft->build->sections, draft->section, "URL",
			"URL=: its user or password has control characters");
	return 0;
}

static int take_headers(struct draft *draft)
{
	const char **headers = draft->values->headers;
	size_t count = words_count(headers);

	if (count == 0)
		return 0;
	draft->access->headers = calloc(count + 1, sizeof(*draft->access->headers));
	for (size_t i = 0; draft->access->headers && i < count; i++)
		if (copy(headers[i], &draft->access->headers[i]) < 0)
			return -ENOMEM;
	return draft->access->headers ? 0 : -ENOMEM;
}

/*
 * A name is resolved by the proxy, whichever form of SOCKS was written: the daemon's own resolver
 * would be asked for what it need not know.
 */
static int take_proxy(struct draft *draft)
{
	static const char local[] = "socks5:";
	const char *proxy = draft->values->proxy;

	if (!proxy || strncasecmp(proxy, local, strlen(local)) != 0)
		return copy(proxy, &draft->access->proxy);
	return asprintf(&draft->access->proxy, "socks5h:%s", proxy + strlen(local)) < 0 ? -ENOMEM
											: 0;
}

static bool holds_pem(const struct access_file *file)
{
	return memmem(file->bytes, file->length, "-----BEGIN ", strlen("-----BEGIN ")) != NULL;
}

static int take_pem(
	const struct draft *draft, const char *key, const char *path, struct access_file *ret)
{
	int r;

	r = read_file(draft, key, path, PEM_FILE_MAX, ret);
	if (r == 0 && ret->bytes && !holds_pem(ret))
		setting_error(draft->build->sections, draft->section, key,
			"%s=: %s is no PEM file; expected -----BEGIN ... in it", key, path);
	return r;
}

static int take_tls(struct draft *draft)
{
	const struct feed_section *values = draft->values;
	struct access *access = draft->access;
	const char *path;
	const char *key;
	int r;

	r = find_file(draft, "ClientKey", values->client_key, "ClientKeyCredential",
		values->client_key_credential, &key, &path);
	if (r == 0)
		r = take_pem(draft, key, path, &access->key);
	if (r == 0)
		r = take_pem(draft, "ClientCertificate", values->client_certificate,
			&access->certificate);
	if (r == 0)
		r = take_pem(draft, "CAFile", values->ca_file, &access->authorities);
	if (r == 0 && path && !values->client_certificate)
		refuse(draft, key, "ClientCertificate= is missing");
	access->cookies = values->cookies;
	access->unverified = !values->verify_tls;
	return r;
}

/* By names and paths: a password that is changed in its file is the same access. */
static void set_identity(struct draft *draft, const char *url_user)
{
	const struct feed_section *values = draft->values;
	const char *parts[] = {values->user, url_user, values->password_credential,
		values->password_file, values->token_credential, values->token_file, values->proxy,
		values->client_certificate, values->client_key, values->client_key_credential,
		values->ca_file, values->cookies ? "cookies" : NULL,
		values->verify_tls ? NULL : "unverified"};
	struct digest digests[2] = {
		digest_strings(parts, ARRAY_SIZE(parts)),
		digest_strings(values->headers, words_count(values->headers)),
	};
	struct digest identity = digest_bytes(digests, sizeof(digests));

	hex_encode(identity.bytes, sizeof(identity.bytes), draft->access->identity);
}

static int fill(struct draft *draft, struct url_part userinfo)
{
	int r;

	r = take_password(draft);
	if (r == 0)
		r = take_token(draft);
	if (r == 0)
		r = take_headers(draft);
	if (r == 0)
		r = take_proxy(draft);
	if (r == 0)
		r = take_tls(draft);
	if (r == 0 && userinfo.bytes)
		r = take_userinfo(draft, userinfo);
	set_identity(draft, userinfo.bytes ? draft->access->user : NULL);
	return r;
}

int build_access(struct build *build, const struct section *section, struct url_part userinfo,
	struct access **ret)
{
	_cleanup_(access_unrefp) struct access *access = NULL;
	struct draft draft = {build, section, &section->feed, NULL};
	struct config_access *held;
	int r;

	*ret = NULL;
	if (!gives_access(&section->feed) && !userinfo.bytes)
		return 0;
	draft.access = access = access_new();
	held = arena_new_object(build->arena, struct config_access);
	if (!access || !held)
		return -ENOMEM;
	r = fill(&draft, userinfo);
	if (r < 0)
		return r;
	held->next = build->config->accesses;
	held->access = *ret = TAKE_PTR(access);
	build->config->accesses = held;
	return 0;
}
