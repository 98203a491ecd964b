import Crypto
import SwiftProtobuf
public struct Envelope {}
