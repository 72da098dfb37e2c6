"""A mail server for the tests: SMTP with or without STARTTLS and a login, which does as it is told."""
import base64
import os
import socket
import ssl
import subprocess
import threading


def make_certificate(folder):
    """A key and its certificate for 127.0.0.1, signed by itself, in one file each."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "mail-ca.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return key, certificate


class MailServer:
    """Listens on loopback.  `answer(command, session)` may return another reply than the usual one
    to a command (None: the usual), "hang" for none, or "close"; "CONTENT" stands for a message that
    has come.  A session is a dict: secure, user, from, to."""

    def __init__(self, certificate=None, wrapped=False, login=None, answer=None):
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate[1], certificate[0])
        self.wrapped = wrapped
        self.login = login
        self.answer = answer or (lambda command, session: None)
        self.lock = threading.Lock()
        self.mails = []
        self.commands = []
        self.ended = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self):
        scheme = "smtps" if self.wrapped else "smtp"
        return f"{scheme}://127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self):
        self.ended.set()
        self.socket.close()

    def accept(self):
        while not self.ended.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        session = Session(self, connection)
        try:
            session.run()
        except (OSError, ValueError):
            pass
        finally:
            session.close()

    def count(self):
        with self.lock:
            return len(self.mails)


class Session:
    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.stream = None
        self.state = {"secure": False, "user": None, "from": None, "to": []}
        self.open()

    def open(self):
        if self.stream:
            self.stream.close()
        self.stream = self.connection.makefile("rb")

    def secure(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.state["secure"] = True
        self.open()

    def close(self):
        self.stream.close()
        self.connection.close()

    def say(self, reply):
        self.connection.sendall(reply.encode() + b"\r\n")

    def run(self):
        if self.server.wrapped:
            self.secure()
        self.say("220 mail.test ESMTP")
        while True:
            line = self.stream.readline()
            if not line:
                return
            command = line.decode("ascii").rstrip("\r\n")
            with self.server.lock:
                self.server.commands.append(command)
            if not self.take(command):
                return

    def replace(self, command):
        """Returns whether the usual reply is still to come; raises where the session is over."""
        other = self.server.answer(command, self.state)
        if other == "hang":
            self.server.ended.wait(60)
            raise OSError
        if other == "close":
            raise OSError
        if other:
            self.say(other)
        return other is None

    def take(self, command):
        verb = command.split(" ")[0].upper()
        if not self.replace(command):
            return True
        if verb == "QUIT":
            self.say("221 bye")
            return False
        if verb == "EHLO":
            self.hello()
        elif verb == "STARTTLS":
            self.say("220 go ahead")
            self.secure()
        elif verb == "AUTH":
            self.log_in(command)
        elif verb == "MAIL":
            self.state["from"], self.state["to"] = command[len("MAIL FROM:"):], []
            self.say("250 ok" if self.state["user"] or not self.server.login else "530 log in first")
        elif verb == "RCPT":
            self.state["to"].append(command[len("RCPT TO:"):])
            self.say("250 ok")
        elif verb == "DATA":
            self.data()
        else:
            self.say("500 what?")
        return True

    def hello(self):
        lines = ["mail.test", "8BITMIME"]
        if self.server.context and not self.state["secure"]:
            lines.append("STARTTLS")
        if self.server.login and self.state["secure"]:
            lines.append("AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def log_in(self, command):
        words = command.split(" ")
        if len(words) == 2:
            self.say("334 ")
            words.append(self.stream.readline().decode().strip())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        if (user, password) == self.server.login:
            self.state["user"] = user
            self.say("235 welcome")
        else:
            self.say("535 5.7.8 wrong name or password")

    def data(self):
        self.say("354 go on")
        lines = []
        while True:
            line = self.stream.readline()
            if not line:
                raise OSError
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        if not self.replace("CONTENT"):
            return
        with self.server.lock:
            self.server.mails.append((dict(self.state), b"".join(lines)))
        self.say("250 taken")
