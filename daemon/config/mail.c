#include "config/mail.h"

#include <string.h>

#include "config/secrets.h"

enum {
	PASSWORD_BYTES_MAX = 1024,
};

/* One line without control characters; what is said of another never holds any of it. */
static bool is_password(const char *text, size_t length)
{
	if (length == 0 || length > PASSWORD_BYTES_MAX || strlen(text) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			return false;
	return true;
}

static int read_password(struct build *build, const struct section *section, const char *key,
	const char *path, struct hook *hook)
{
	_cleanup_(freep) char *text = NULL;
	size_t length;
	int r;

	r = secret_read(build, section, key, path, PASSWORD_BYTES_MAX + 2, &text, &length);
	if (r < 0 || !text)
		return r;
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		text[--length] = '\0';
	if (is_password(text, length))
		hook->password = arena_strdup(build->arena, text);
	else
		setting_error(build->sections, section, key,
			"%s=: %s holds no password; expected one line", key, path);
	explicit_bzero(text, length);
	return 0;
}

static int read_credential(
	struct build *build, const struct section *section, const char *name, struct hook *hook)
{
	const char *path;
	int r;

	r = secret_credential_path(build, section, "PasswordCredential", name, &path);
	if (r < 0 || !path)
		return r;
	return read_password(build, section, "PasswordCredential", path, hook);
}

/* A password goes over a line that others may hear to nobody. */
static void check_login(struct build *build, const struct section *section, const struct hook *hook)
{
	const struct hook_section *values = &section->hook;

	if (values->user && !values->password_file && !values->password_credential)
		section_error(build->sections, section,
			"User=: the password is missing; expected PasswordCredential= or "
			"PasswordFile=");
	if (hook->password && !values->user)
		section_error(
			build->sections, section, "User=: is missing, but there is a password");
	if (values->user && !values->starttls && hook->url &&
		strncmp(hook->url, "smtp:", strlen("smtp:")) == 0)
		section_error(build->sections, section,
			"StartTLS=: a password is not sent over an open line; expected yes, or "
			"smtps:// in Server=");
}

int mail_build(struct build *build, const struct section *section, struct hook *hook)
{
	const struct hook_section *values = &section->hook;
	int r = 0;

	hook->url = values->server;
	hook->from = values->from;
	hook->to = values->to;
	hook->starttls = values->starttls;
	hook->user = values->user;
	hook->ca_file = values->ca_file;
	if (values->password_credential && values->password_file) {
		setting_error(build->sections, section, "PasswordCredential",
			"PasswordCredential=: PasswordFile= is given too; expected one of them");
		return 0;
	}
	if (values->password_credential)
		r = read_credential(build, section, values->password_credential, hook);
	else if (values->password_file)
		r = read_password(build, section, "PasswordFile", values->password_file, hook);
	if (r == 0)
		check_login(build, section, hook);
	return r;
}
