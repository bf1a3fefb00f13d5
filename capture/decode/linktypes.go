package decode

// Link types that few traces have (https://www.tcpdump.org/linktypes.html).
const (
	linkTokenRing              = 6   // IEEE 802.5
	linkPPP                    = 9   // PPP, perhaps in HDLC-like framing
	linkFDDI                   = 10  // ANSI X3.139
	linkPPPHDLC                = 50  // PPP in HDLC-like framing, or Cisco HDLC
	linkPPPEther               = 51  // PPPoE, from its own header on
	linkATM                    = 100 // RFC 2684 on ATM: LLC
	linkCHDLC                  = 104 // Cisco HDLC
	linkWLAN                   = 105 // IEEE 802.11
	linkFrameRelay             = 107
	linkENC                    = 109 // OpenBSD's IPsec, decrypted
	linkPFLOG                  = 117 // BSD's packet filter
	linkPrism                  = 119 // IEEE 802.11 behind a Prism header
	linkIPFC                   = 122 // RFC 2625: IP over Fibre Channel
	linkRadiotap               = 127 // IEEE 802.11 behind a radiotap header
	linkAVS                    = 163 // IEEE 802.11 behind an AVS header
	linkPPPD                   = 166 // PPP as Linux's pppd hands it out
	linkPPI                    = 192 // a link type behind Per-Packet Information
	linkPPPWithDir             = 204 // behind an octet of direction
	linkCHDLCWithDir           = 205
	linkFrameRelayWithDir      = 206
	linkMPLS                   = 219
	linkIPNET                  = 226 // Solaris's IP observability
	linkNFLOG                  = 239 // Linux's firewall
	linkNetAnalyzer            = 240 // Hilscher's: Ethernet with its check sequence
	linkNetAnalyzerTransparent = 241 // with its preamble too
	linkPKTAP                  = 258 // Apple's
)
