import Glibc
import Replication
import Testing

@Suite("Requests over libcurl")
struct HTTPCallerTests {
    private func path(_ name: String) -> String {
        var buffer = Array((P_tmpdir + "/xueji-XXXXXX").utf8CString)
        guard mkdtemp(&buffer) != nil else { return name }
        return String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/" + name
    }

    @Test func `Status, headers and body come back, whatever the status`() async throws {
        let server = LocalServer { request in
            .answer(request.path == "/here" ? 200 : 404, ["X-Name": "学籍", "Content-Type": "text/plain"], Array("正文".utf8))
        }
        defer { server.close() }
        let caller = try HTTPCaller()
        let good = try await caller.send(OutgoingRequest(.get, server.url + "/here", headers: [("X-Ask", "1")]))
        #expect(good.status == 200)
        #expect(good.header("x-name") == "学籍")
        #expect(good.contentType == "text/plain")
        #expect(String(decoding: good.body, as: UTF8.self) == "正文")
        #expect(server.requests.first?.headers["x-ask"] == "1")
        #expect(try await caller.send(OutgoingRequest(.delete, server.url + "/gone")).status == 404)
        #expect(server.requests.last?.method == "DELETE")
        // libcurl gives up a connection that was idle for two minutes, as on a machine with too much to do.
        var isKept = false
        for _ in 0..<5 where !isKept {
            let before = server.connectionCount
            _ = try await caller.send(OutgoingRequest(.get, server.url + "/here"))
            isKept = server.connectionCount == before
        }
        #expect(isKept, "the connection is kept and used again")
    }

    @Test func `Bodies are sent from bytes and from files, without waiting for a hundred`() async throws {
        let server = LocalServer { .answer(200, [:], Array(String($0.body.count).utf8)) }
        defer { server.close() }
        let caller = try HTTPCaller()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = path("upload")
        let descriptor = open(file, O_CREAT | O_WRONLY, 0o600)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        for body in [OutgoingRequest.Body.bytes(bytes), .file(file)] {
            for method in [OutgoingRequest.Method.post, .put] {
                _ = try await caller.send(OutgoingRequest(method, server.url + "/u", body: body))
                let seen = try #require(server.requests.last)
                #expect(seen.method == method.rawValue)
                #expect(seen.body == bytes)
                #expect(seen.headers["expect"] == nil)
            }
        }
        _ = try await caller.send(OutgoingRequest(.post, server.url + "/empty"))
        #expect(server.requests.last?.body.isEmpty == true)
        unlink(file)
    }

    @Test func `An answer above the limit is refused`() async throws {
        let server = LocalServer { _ in .answer(200, [:], Array(repeating: 65, count: 10_000)) }
        defer { server.close() }
        let caller = try HTTPCaller()
        await #expect { try await caller.send(OutgoingRequest(.get, server.url, answerLimit: 9_999)) } throws: {
            ($0 as? LinkFailure)?.code == .tooLarge
        }
        #expect(try await caller.send(OutgoingRequest(.get, server.url, answerLimit: 10_000)).body.count == 10_000)
    }

    @Test func `Silence ends at the time limit, a broken line and a closed port at once`() async throws {
        let server = LocalServer { $0.path == "/still" ? .silence : .hangUp }
        let caller = try HTTPCaller()
        await #expect { try await caller.send(OutgoingRequest(.get, server.url + "/still", timeoutSeconds: 1)) } throws: {
            ($0 as? LinkFailure)?.code == .timedOut
        }
        await #expect { try await caller.send(OutgoingRequest(.get, server.url + "/broken")) } throws: {
            [.network, .refused].contains(($0 as? LinkFailure)?.code)
        }
        server.close()
        await #expect { try await caller.send(OutgoingRequest(.get, server.url)) } throws: {
            ($0 as? LinkFailure)?.kind == .passing
        }
        await #expect { try await caller.send(OutgoingRequest(.get, "ftp://127.0.0.1/")) } throws: {
            ($0 as? LinkFailure)?.code == .address
        }
    }

    @Test(arguments: ["HTPP/1.1 200 OK\r\n\r\n", "HTTP/9.1 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "\u{0}\u{1}"])
    func `An answer that was damaged on the way is tried again, the address is not to blame`(_ answer: String) async throws {
        let server = LocalServer { _ in .bytes(Array(answer.utf8)) }
        defer { server.close() }
        let caller = try HTTPCaller()
        await #expect { try await caller.send(OutgoingRequest(.get, server.url)) } throws: {
            ($0 as? LinkFailure)?.kind == .passing
        }
    }

    @Test func `A closed port, an unknown name and a proxy that is not there are told apart`() async throws {
        func code(_ url: String, proxy: String? = nil) async throws -> LinkFailure.Code? {
            let caller = try HTTPCaller(HTTPSettings(proxy: proxy))
            do throws(LinkFailure) {
                _ = try await caller.send(OutgoingRequest(.get, url, timeoutSeconds: 20))
                return nil
            } catch { return error.code }
        }
        let gone = LocalServer { _ in .hangUp }
        gone.close()
        #expect(try await code("http://127.0.0.1:\(gone.port)/", proxy: "") == .refused)
        #expect(try await code("http://no-such-host.invalid/", proxy: "") == .unresolved)
        #expect(try await code("http://example.invalid/", proxy: gone.url) == .proxyUnreachable)
        #expect(try await code("http://example.invalid/", proxy: "http://no-such-proxy.invalid:3128") == .proxyUnreachable)
    }

    @Test(arguments: [407, 403, 502])
    func `A proxy that refuses to go on to the parent is named with its status`(status: Int) async throws {
        let proxy = LocalServer { $0.method == "CONNECT" ? .answer(status, [:], []) : .hangUp }
        defer { proxy.close() }
        let caller = try HTTPCaller(HTTPSettings(proxy: proxy.url))
        await #expect { try await caller.send(OutgoingRequest(.get, "https://parent.invalid/")) } throws: { error in
            let failure = error as? LinkFailure
            return failure?.code == .proxyRefused && failure?.status == status
        }
    }

    @Test func `Cancelling the task ends a waiting request and leaves others alone`() async throws {
        let server = LocalServer { $0.path == "/still" ? .silence : .answer(200, [:], []) }
        defer { server.close() }
        let caller = try HTTPCaller()
        let waiting = Task { () -> LinkFailure? in
            do throws(LinkFailure) {
                _ = try await caller.send(OutgoingRequest(.get, server.url + "/still"))
                return nil
            } catch { return error }
        }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        async let other = caller.send(OutgoingRequest(.get, server.url + "/other"))
        waiting.cancel()
        #expect(await waiting.value?.code == .cancelled)
        #expect(try await other.status == 200)
    }

    @Test func `Many requests run side by side on one thread`() async throws {
        let server = LocalServer { .answer(200, [:], $0.body) }
        defer { server.close() }
        let caller = try HTTPCaller()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let body = Array("\(index)".utf8)
                    return try await caller.send(OutgoingRequest(.post, server.url, body: .bytes(body))).body == body
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
    }

    @Test func `A unix socket takes the place of the network`() async throws {
        let file = path("s")
        let server = LocalServer(unixSocket: file) { _ in .answer(200, [:], Array("本机".utf8)) }
        defer { server.close() }
        let caller = try HTTPCaller(HTTPSettings(unixSocket: file))
        let answer = try await caller.send(OutgoingRequest(.get, "http://localhost/status"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "本机")
        let absent = try HTTPCaller(HTTPSettings(unixSocket: file + "-none"))
        await #expect { try await absent.send(OutgoingRequest(.get, "http://localhost/")) } throws: {
            [.network, .refused].contains(($0 as? LinkFailure)?.code)
        }
        unlink(file)
    }
}
