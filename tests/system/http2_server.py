"""A receiver that speaks HTTP/2 (RFC 9113) over TLS and nothing else: just what takes POSTs."""
import socket
import ssl
import struct
import threading

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
STATUS_204 = b"\x89"  # RFC 7541, appendix A: the ninth entry of the static table


class Http2Receiver:
    """Takes what is posted; answers 204.  Counts connections, and keeps bodies."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate[1], certificate[0])
        self.context.set_alpn_protocols(["h2"])
        self.lock = threading.Lock()
        self.connections = 0
        self.bodies = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self):
        return f"https://127.0.0.1:{self.socket.getsockname()[1]}/hook"

    def close(self):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as secure:
                if secure.selected_alpn_protocol() == "h2":
                    with self.lock:
                        self.connections += 1
                    self.talk(secure, secure.makefile("rb"))
        except (OSError, ValueError, struct.error):
            pass

    @staticmethod
    def send(connection, kind, flags, stream, payload=b""):
        connection.sendall(struct.pack(">I", len(payload))[1:] + bytes([kind, flags])
                           + struct.pack(">I", stream) + payload)

    def talk(self, connection, reader):
        if reader.read(len(PREFACE)) != PREFACE:
            return
        self.send(connection, SETTINGS, 0, 0)
        bodies = {}
        while True:
            head = reader.read(9)
            if len(head) < 9:
                return
            length, kind, flags = struct.unpack(">I", b"\0" + head[:3])[0], head[3], head[4]
            stream = struct.unpack(">I", head[5:])[0] & 0x7FFFFFFF
            payload = reader.read(length)
            if kind == SETTINGS and not flags & ACK:
                self.send(connection, SETTINGS, ACK, 0)
            elif kind == PING and not flags & ACK:
                self.send(connection, PING, ACK, 0, payload)
            elif kind == DATA:
                bodies[stream] = bodies.get(stream, b"") + payload
                for number in (0, stream):
                    self.send(connection, WINDOW_UPDATE, 0, number, struct.pack(">I", length or 1))
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                with self.lock:
                    self.bodies.append(bodies.pop(stream, b""))
                self.send(connection, HEADERS, END_HEADERS | END_STREAM, stream, STATUS_204)
