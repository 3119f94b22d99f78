#!/usr/bin/env python3
"""Serves a directory over TLS, and stands in for github.com: a proxy whose every tunnel ends at that server.

usage: origin.py DIRECTORY CERTIFICATE KEY TLS_PORT PROXY_PORT
"""
import functools
import http.server
import socket
import ssl
import sys
import threading

directory, certificate, key, tls_port, proxy_port = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])


class Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Tunnel(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_response_only(200)
        self.end_headers()
        with socket.create_connection(("127.0.0.1", tls_port)) as server:
            back = threading.Thread(target=self.pipe, args=(server, self.connection), daemon=True)
            back.start()
            self.pipe(self.connection, server)
            back.join()

    @staticmethod
    def pipe(source, target):
        try:
            while piece := source.recv(1 << 16):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
files = http.server.ThreadingHTTPServer(("127.0.0.1", tls_port), functools.partial(Files, directory=directory))
files.socket = context.wrap_socket(files.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=files.serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", proxy_port), Tunnel).serve_forever()
