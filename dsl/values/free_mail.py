"""Providers of mailboxes for everybody: what stands behind the @ says nothing of a firm.

By hand, of those with a million users or so, the large access providers of Europe, America and
Asia, and the best known addresses for ten minutes. A firm's own domain is none of them,
whoever keeps its mail.
"""

_EVERYWHERE = {
    "yahoo": "com co.uk co.in co.jp co.id co.kr co.nz co.za com.ar com.au com.br com.co com.hk"
    " com.mx com.my com.pe com.ph com.sg com.tr com.tw com.vn ca de dk es fi fr gr hu"
    " ie in it nl no pl pt ro se",
    "hotmail": "com co.uk co.jp co.nz co.za com.ar com.au com.br com.mx be ca ch cl de dk es fi"
    " fr gr hu it nl no pt se",
    "outlook": "com co.id com.ar com.au com.br com.tr at be cl cz de dk es fr hu ie in it jp kr"
    " pt sa",
    "live": "com co.uk co.za com.ar com.au com.mx com.pt at be ca ch cl cn de dk fi fr ie in"
    " it jp nl no ru se",
    "gmx": "at ch com de eu fr net org us co.uk",
    "ymail": "com",
}
_OTHERS = (
    " gmail.com googlemail.com msn.com passport.com windowslive.com rocketmail.com icloud.com"
    " me.com mac.com aol.com aol.de aol.fr aol.co.uk aim.com proton.me protonmail.com"
    " protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.com tuta.io fastmail.com"
    " fastmail.fm hushmail.com hey.com zohomail.com zohomail.eu mail.com email.com usa.com"
    " post.com europe.com consultant.com inbox.com mail.ee inbox.lv inbox.lt"
    # German-speaking countries
    " web.de t-online.de freenet.de arcor.de online.de onlinehome.de posteo.de posteo.net"
    " mailbox.org kabelmail.de unitybox.de vodafonemail.de email.de mail.de bluewin.ch"
    " hispeed.ch sunrise.ch aon.at chello.at inode.at utanet.at kabsi.at"
    # France, Benelux, Italy, Spain, Portugal
    " orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr"
    " aliceadsl.fr club-internet.fr voila.fr telenet.be skynet.be proximus.be pt.lu ziggo.nl"
    " kpnmail.nl kpnplanet.nl planet.nl home.nl hetnet.nl xs4all.nl upcmail.nl casema.nl"
    " chello.nl quicknet.nl libero.it virgilio.it tiscali.it alice.it tin.it tim.it inwind.it"
    " iol.it fastwebnet.it telefonica.net terra.es sapo.pt iol.pt"
    # Britain, Ireland, the north
    " btinternet.com btopenworld.com sky.com talktalk.net virginmedia.com virgin.net"
    " ntlworld.com blueyonder.co.uk tiscali.co.uk plusnet.com o2.co.uk eircom.net telia.com"
    " spray.se comhem.se bredband.net online.no broadpark.no start.no mail.dk sol.dk"
    " elisanet.fi kolumbus.fi luukku.com suomi24.fi"
    # Eastern Europe, Russia, Turkey
    " seznam.cz centrum.cz email.cz post.cz volny.cz atlas.cz azet.sk zoznam.sk wp.pl o2.pl"
    " onet.pl onet.eu op.pl interia.pl interia.eu poczta.fm gazeta.pl vp.pl tlen.pl"
    " freemail.hu citromail.hu t-online.hu abv.bg mail.bg dir.bg ukr.net i.ua meta.ua"
    " bigmir.net mail.ru bk.ru list.ru inbox.ru internet.ru rambler.ru ya.ru yandex.ru"
    " yandex.com yandex.ua yandex.kz yandex.by mynet.com"
    # The Americas
    " comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net"
    " spectrum.net earthlink.net optonline.net optimum.net frontier.com frontiernet.net"
    " windstream.net juno.com netzero.net centurylink.net roadrunner.com rr.com prodigy.net"
    " rogers.com shaw.ca sympatico.ca bell.net telus.net videotron.ca cogeco.ca eastlink.ca"
    " uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com oi.com.br r7.com"
    " prodigy.net.mx fibertel.com.ar arnet.com.ar speedy.com.ar"
    # Asia, Africa and the Pacific
    " qq.com foxmail.com 163.com 126.com yeah.net 139.com 189.cn sina.com sina.cn sohu.com"
    " tom.com aliyun.com 21cn.com naver.com hanmail.net daum.net kakao.com nate.com"
    " docomo.ne.jp ezweb.ne.jp softbank.ne.jp softbank.jp nifty.com biglobe.ne.jp ocn.ne.jp"
    " so-net.ne.jp pchome.com.tw hinet.net singnet.com.sg rediffmail.com rediff.com"
    " indiatimes.com sify.com walla.com walla.co.il netvision.net.il bezeqint.net"
    " emirates.net.ae bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au"
    " westnet.com.au xtra.co.nz mweb.co.za telkomsa.net vodamail.co.za"
    # For ten minutes
    " mailinator.com guerrillamail.com guerrillamail.de sharklasers.com 10minutemail.com"
    " yopmail.com yopmail.fr temp-mail.org tempmail.com throwawaymail.com trashmail.com"
    " trashmail.de getnada.com maildrop.cc dispostable.com mintemail.com fakeinbox.com"
    " mohmal.com byom.de spambog.com"
)

FREE_MAIL = frozenset(
    {f"{name}.{end}" for name, ends in _EVERYWHERE.items() for end in ends.split()}
    | set(_OTHERS.split())
)
"""The domains of free-mail providers, as domains are read."""
