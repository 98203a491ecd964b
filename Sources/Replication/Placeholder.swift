import Protocol
let x = Protocol.Envelope()
