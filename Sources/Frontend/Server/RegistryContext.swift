package import Hummingbird
package import NIOCore

/// What a request is answered with: Hummingbird's own values, and the connection that the answer goes over.
package struct RegistryContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
