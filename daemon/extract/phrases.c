#include "extract/phrases.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/macro.h"

/* Lines that are these words and nothing else. */
static const char *const lines[] = {"advertisement", "advertising", "advertisment", "ad", "anzeige",
	"werbung", "publicité", "publicidad", "reklama", "реклама", "pubblicità", "share",
	"share this", "share this article", "share this story", "tweet", "email", "print",
	"comments", "save", "read more", "more", "related", "related articles", "related stories",
	"related news", "story continues below advertisement",
	"article continues below advertisement", "story continues below", "follow us", "copied",
	"copy link", "link copied", "loading...", "scroll to continue", "skip advertisement",
	"see also", "photo", "video", "watch"};

/* Lines that begin so; to a length that no paragraph has. */
static const char *const beginnings[] = {"read more:", "read more ", "read also", "also read",
	"read next", "see also:", "related:", "more:", "watch:", "listen:", "follow us on",
	"follow @", "share this", "sign up for", "sign up to", "subscribe to", "click here to",
	"download our", "like us on", "get the latest", "get our", "don't miss", "don’t miss",
	"do not miss our", "join our", "©", "copyright ©", "copyright 20", "tags:", "filed under",
	"lesen sie auch", "lesen sie hier", "mehr zum thema", "folgen sie uns", "folge uns",
	"newsletter", "lire aussi", "à lire aussi", "a lire aussi", "voir aussi", "abonnez-vous",
	"lea también", "lee también", "leer más", "te puede interesar", "suscríbete", "síguenos",
	"leggi anche", "iscriviti", "seguici", "leia também", "leia mais", "siga-nos",
	"читайте также", "подпишитесь", "подписывайтесь", "czytaj też", "czytaj także",
	"zobacz też", "lees ook", "læs også", "läs också", "läs mer", "les også",
	"photo:", "photos:", "foto:", "image:", "source:", "fotos:", "(photo", "photo by",
	"image credit", "picture:", "sponsored", "advertisement", "story continues",
	"article continues", "recommended", "loading", "comment on", "facebook ", "twitter ",
	"whatsapp ", "do you have a story", "have a story", "got a tip", "have a tip",
	"got a story", "leave a comment", "scroll down", "this article was originally published"};

/* Words that a line of news hardly has, wherever they stand in it. */
static const char *const inner[] = {"in your inbox", "click here for more",
	"click here to subscribe", "if you enjoyed this article", "if you liked this article",
	"to your inbox", "our newsletter", "all rights reserved", "on facebook and", "follow us on",
	"sign up for our", "subscribe to our", "subscribe now", "unseren newsletter",
	"alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados",
	"notre newsletter", "nuestro boletín", "nuestra newsletter", "nostra newsletter",
	"download the app", "copy link", "download our app", "push-benachrichtigung"};

/* Headings of comments, a count before or behind. */
static const char *const comments[] = {"comments", "comment", "responses", "replies",
	"reader comments", "leave a reply", "leave a comment", "post a comment", "add a comment",
	"join the discussion", "kommentare", "kommentar schreiben", "schreibe einen kommentar",
	"commentaires", "laisser un commentaire", "comentarios", "deja un comentario", "commenti",
	"lascia un commento", "comentários", "deixe um comentário", "комментарии", "Комментарии",
	"reacties", "geef een reactie", "komentarze", "dodaj komentarz", "komentáře", "kommentarer",
	"yorumlar"};

enum {
	COMMENTS_LINE_MAX = 80,   /* bytes */
	BEGINNING_LINE_MAX = 200, /* bytes */
	CREDIT_LINE_MAX = 200,
};

static bool begins(const char *text, size_t length, const char *word)
{
	size_t size = strlen(word);

	if (!ascii_begins(text, length, word))
		return false;
	/* A word that begins so is another word. */
	return !isalnum((unsigned char)word[size - 1]) || length == size ||
		!isalnum((unsigned char)text[size]);
}

static bool holds(const char *text, size_t length, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= length; i++)
		if (strncasecmp(text + i, word, size) == 0)
			return true;
	return false;
}

/* "(Agency/Photographer)" at the end: a caption. */
static bool ends_with_credit(const char *text, size_t length)
{
	const char *open;

	if (length < 3 || length > CREDIT_LINE_MAX || text[length - 1] != ')')
		return false;
	open = memrchr(text, '(', length);
	return open && memchr(open, '/', (size_t)(text + length - open)) && !memchr(open, ' ', 1) &&
		!memmem(open, (size_t)(text + length - open), "://", 3);
}

bool phrase_begins_comments(const char *text, size_t length)
{
	size_t count = strspn(text, "0123456789 (");

	if (length > COMMENTS_LINE_MAX)
		return false;
	while (length > count && strchr("0123456789 ():", text[length - 1]))
		length--;
	/* "3 thoughts on “Boats sail again”" is what WordPress writes. */
	if (count > 0 && length > count &&
		(ascii_begins(text + count, length - count, "thoughts on ") ||
			ascii_begins(text + count, length - count, "thought on ") ||
			ascii_begins(text + count, length - count, "responses to ") ||
			ascii_begins(text + count, length - count, "comments on ")))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(comments); i++)
		if (ascii_is(text + count, length - count, comments[i]))
			return true;
	return false;
}

bool phrase_is_boilerplate(const char *text, size_t length)
{
	if (ends_with_credit(text, length))
		return true;
	while (length > 0 && strchr(" .:!>»", text[length - 1]))
		length--;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (strlen(lines[i]) == length && begins(text, length, lines[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(beginnings) && length <= BEGINNING_LINE_MAX; i++)
		if (begins(text, length, beginnings[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (holds(text, length, inner[i]))
			return true;
	return false;
}
