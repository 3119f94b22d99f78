/// The status and header fields of an answer.
package struct HTTPResponseHead: Hashable, Sendable {
    package let status: Int
    package let headers: HTTPHeaders

    package init(status: Int, headers: HTTPHeaders = [:]) {
        self.status = status
        self.headers = headers
    }

    /// 2xx.
    package var isSuccess: Bool { (200...299).contains(status) }
}

/// An answer that is all in memory.
package struct HTTPResponse: Hashable, Sendable {
    package let head: HTTPResponseHead
    package let body: [UInt8]

    package init(head: HTTPResponseHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    package var status: Int { head.status }
    package var headers: HTTPHeaders { head.headers }
    package var isSuccess: Bool { head.isSuccess }
    package var text: String { String(decoding: body, as: UTF8.self) }
}
