/**
 * Passwords that many people have, most common first, then long ones, then Russian ones: what a
 * guesser tries before anything else. Data only. Most of it is taken from the frequency list of
 * zxcvbn, Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., MIT licence.
 */

/** In lower case, 1261 of them. */
export const commonPasswords: ReadonlySet<string> = new Set(`
123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123
football monkey letmein shadow master mustang 666666 qwertyuiop 123321 1234567890 superman 654321
1qaz2wsx 7777777 qazwsx jordan 123qwe 000000 killer trustno1 hunter harley zxcvbnm asdfgh buster
batman soccer tigger charlie sunshine iloveyou ranger hockey computer starwars pepper klaster
112233 zxcvbn freedom princess maggie pass ginger 11111111 131313 love cheese 159753 summer
chelsea dallas biteme matrix yankees corvette austin access thunder merlin secret diamond hello
hammer 1234qwer silver gfhjkm internet samantha golfer scooter test orange cookie q1w2e3r4t5
maverick sparky phoenix mickey bigdog snoopy guitar whatever chicken camaro mercedes peanut
ferrari falcon cowboy welcome samsung steelers smokey dakota arsenal boomer eagles tigers marina
nascar gateway yellow porsche monster spider diablo hannah bulldog junior london purple compaq
lakers iceman qwer1234 hardcore cowboys money banana ncc1701 boston tennis q1w2e3r4 coffee scooby
123654 nikita yamaha mother barney brandy chester oliver player forever rangers midnight chicago
bigdaddy redsox angel badboy fender jasper slayer rabbit natasha marine wizard marlboro raiders
prince casper fishing flower jasmine iwantu panties adidas winter winner gandalf password1 enter
ghbdtn 1q2w3e4r golden cocacola jordan23 winston madison angels panther spanky sophie asdfasdf
thx1138 toyota tiger canada 12344321 8675309 muffin liverpoo apples qwerty123 passw0rd abcd1234
pokemon 123abc slipknot qazxsw 123456a scorpion qwaszx butter startrek rainbow asdfghjkl razz
newyork redskins gemini cameron qazwsxedc florida liverpool turtle sierra viking booger butthead
doctor rocket 159357 dolphins captain bandit jaguar packers pookie peaches 789456 asdf dolphin
helpme blue theman maxwell qwertyui lovers maddog giants nirvana metallic hotdog rosebud mountain
warrior stupid elephant success bond007 alexis lucky scorpio samson q1w2e3 azerty rush2112 driver
freddy 1q2w3e4r5t sydney gators dexter red123 123456q 12345a bubba creative voodoo golf trouble
america nissan gunner garfield asdfghjk 5150 apollo 1qazxsw2 2112 eminem legend airborne bear
beavis apple brooklyn godzilla skippy 4815162342 buddy qwert kitten magic shelby beaver phantom
asdasd xavier braves darkness blink182 copper platinum qweqwe tomcat 01012011 girls bigboy 102030
animal police online 11223344 voyager lifehack 12qwaszx fish sniper 315475 trinity blazer heaven
lover snowball playboy loveme bubbles cricket willow donkey topgun nintendo saturn destiny
pakistan pumpkin digital sergey redwings explorer private runner therock guinness lasvegas beatles
789456123 fire cassie christin qwerty1 celtic asdf1234 andrey broncos 007007 babygirl eclipse
fluffy cartman michigan carolina testing alexande birdie pantera cherry vampire mexico buffalo
genius montana beer minecraft maximus flyers lovely stalker metallica doggie snickers speedy
bronco lol123 paradise yankee horses magnum dreams lacrosse ou812 goober enigma qwertyu scotty
pimpin bollocks surfer poohbear genesis star asd123 qweasdzxc racing hello1 hawaii eagle1 viper
poopoo einstein 12345q drowssap simple badger alaska action jester drummer 111222 spitfire forest
maryjane champion diesel svetlana friday hotrod 147258 chevy lucky1 westside security google
tester shorty thumper hitman mozart zaq12wsx reddog 010203 lizard a123456 123456789a ruslan eagle
1232323q scarface qwerty12 147852 a12345 buddha 420420 spirit money1 stargate qwe123 naruto
mercury liberty 12345qwert semperfi suzuki popcorn spooky marley scotland kitty cherokee vikings
simpsons rascal qweasd hummer loveyou michael1 patches russia jupiter penguin passion vfhbyf honda
vladimir sandman passport raider bastard 123789 infinity assman bulldogs fantasy 1234554321 horney
domino budlight disney ironman softball brutus redrum bigred mnbvcxz fktrcfylh karina marines
digger kawasaki cougar fireman oksana monday justice super wildcats tinker logitech dancer
swordfis avalon everton alexandr motorola patriots hentai madonna ducati colorado connor juventus
galore smooth freeuser warcraft boogie titanic wolverin elizabet arizona valentin saints asdfg
accord test123 password123 christ yfnfif stinky spiderma naughty chopper hello123 ncc1701d extreme
skyline poop zombie pearljam 123qweasd froggy awesome vision pirate fylhtq dreamer bullet predator
empire 123123a kirill charlie1 panthers skipper nemesis rasdzv3 peekaboo rolltide cardinal psycho
danger mookie happy1 wanker chevelle manutd goblue 9379992 hobbes vegeta fyfcnfcbz 852456 picard
159951 windows loverboy victory vfrcbv bambam serega 123654789 turkey tweety galina hiphop rooster
changeme berlin taurus polina electric avatar 134679 maksim raptor alpha1 hendrix newport brazil
spring a1b2c3 madmax alpha britney sublime darkside bigman wolfpack classic hercules ronaldo
letmein1 1q2w3e 741852963 spiderman blizzard 123456789q cheyenne cjkysirj tiger1 wombat bubba1
pandora zxc123 holiday wildcat devils horse alabama caesar 12312 buddy1 bondage pickle shaggy
catch22 leather chronic a1b2c3d4 admin qqq111 qaz123 airplane kodiak freepass billybob sunset
katana phpbb chocolat snowman angel1 stingray firebird wolves zeppelin detroit pontiac gundam
panzer outlaw redhead tarheels greenday nastya 01011980 hardon engineer dragon1 hellfire serenity
cobra fireball lickme darkstar 1029384756 01011 mustang1 flash 124578 strike beauty pavilion
01012000 bobafett dbrnjhbz bigmac bowling chris1 ytrewq natali pyramid rulez welcome1 dodgers
apache swimming whynot teens trooper defender precious 135790 packard weasel popeye lucifer cancer
icecream 142536 raven swordfish presario viktor rockstar blonde james1 wutang spike pimp atlanta
airforce thailand casino lennon mouse 741852 hacker bluebird hawkeye 456123 theone catfish sailor
goldfish nfnmzyf tattoo pervert barbie maxima nipples machine trucks wrangler rocks tornado lights
cadillac bubble pegasus madman longhorn browns target 666999 eatme qazwsx123 microsoft dilbert
christia baller shooter xfiles seattle qazqaz cthutq amateur prelude corona freaky malibu assassin
246810 atlantis integra iloveu lonewolf dragons monkey1 unicorn software bobcat stealth peewee
openup 753951 srinivas zaqwsx valentina shotgun trigger veronika bruins coyote babydoll joker
dollar lestat rocky1 hottie random butterfly wordpass smiley sweety snake chipper woody samurai
devildog gizmo maddie soso123aljg mistress freedom1 flipper express hjvfirf moose cessna piglet
polaris teacher montreal cookies wolfgang scully fatboy wicked balls tickle bunny dfvgbh foobar
transam pepsi fetish oicu812 basketba toshiba hotstuff sunday gambit 31415926 impala stephani
jessica1 hooker lancer knicks shamrock stinger 314159 redneck deftones squirt siemens blaster
trucker subaru renegade ibanez manson swinger reaper blondie mylove galaxy blahblah enterpri
travel 1234abcd babylon5 indiana skeeter master1 sugar ficken smoke bigone sweetpea trfnthbyf
marino escort smitty bigfoot babes larisa trumpet spartan valera babylon asdfghj yankees1 stormy
mister hamlet aardvark butterfl marathon paladin cavalier manchester skater indigo hornet buckeyes
01011990 indians karate hesoyam toronto diamonds chiefs buckeye highland charger redman passwor
maiden drpepper storm garden 12345678910 pencil sherlock timber thuglife insane pizza jungle
jesus1 aragorn 1a2b3c hamster david1 triumph techno lollol pioneer catdog 321654 fktrctq morpheus
141627 pascal shadow1 hobbit erotic consumer blabla justme stones chrissy spartak goforit burger
pitbull adgjmptw italia barcelona hunting colors kissme virgin overlord pebbles sundance emerald
doggy racecar irina 123qweasdzxc 1qaz2wsx3edc q1w2e3r4t5y6 1q2w3e4r5t6y mailcreated5240
qazwsxedcrfv 123456qwerty qwerty123456 sojdlg123aljg leavemealone 123456654321 gfhjkmgfhjkm
qazwsxedc123 ghjcnjgfhjkm sonyericsson zxcasdqwe123 ghhh47hj7649 123456789qwe 1qazxsw23edc
qwerasdfzxcv qweasdzxc123 flvbybcnhfnjh 123456789987654321 112233445566 finalfantasy ghbdtnrfrltkf
websolutions chickenwing101 1qaz2wsx3edc4rfv justinbieber contortionist newproject2004
needforspeed businessbabe 123456789123 maurolarastefy domainlock2005 dkflbvbhjdbx hd764nw5d7e1vb1
qazwsxedcrfvtgb dkflbvbhjdyf counterstrike zaq1xsw2cde3 vfvfvskfhfve ghjcnjghjcnj fkmnthyfnbdf
123456789abc admin18533362 23176djivanfros 123456789qwerty qazxswedcvfr qwertyasdfgh 1111111111zz
whosyourdaddy fktrcfylhjdyf fktrcfylhjdbx 123456789qaz 541233432442 12345678900987654321
password1234 ghbdtnghbdtn 010203040506 lost4815162342 102030405060 vanyarespekt combat123654
qwerty123456789 devilmaycry4 iseedeadpeople 89231243658s 123456789qqq jamesbond007 4815162342lost
123123qweqwe qwertyytrewq 1234567890qw 1234qwerasdf 123qwe456rty asdfghjkl123 ghjcnjrdfibyj
qwertyuiop123 saun24865709 q1w2e3r4t5y6u7 1qa2ws3ed4rf 123456789zxc ptybnxtvgbjy 12345678987654321
mevefalkcakk playstation3 31217221027711 q1w2e3r4t5y6u7i8 zqjphsyf6ctifgu 1234567890qwe
hedimaptfcor lhbjkjubz2957704 andrewjackie networkingpe 12qw34er56ty 1qazxsw23edcvfr4 159753456852
123456782000 christopher1 ingodwetrust installdevic digitalprodu minecraft123 boy4u2ownnyc
peanutbutter an83546921an13 1234567890zzz olcrackmaster abc123456789 auckland2010 residentevil
qawsedrftgyh 123321qweewq 32615948worms 742617000027 nemvxyheqdd5oqxyxyzi avrillavigne
massimiliano 012345678910 41d8cd98f00b nhfdvfnjkju123 gjkysqgbpltw temppassword ticketmaster
01telemike01 p030710p$e4o stratocaster punksnotdead playstation2 fynfyfyfhbde ghjcnjqgfhjkm
nightcrawler installsqlst 123456789101 frederiksberg 1234567890qaz 1a2s3d4f5g6h sanfrancisco
89876065093rax ghjcnjgbpltw 1234567qwertyu 1234qwerasdfzxcv lytghjgtnhjdcr schoolgirlie
111222333000 zaqwsxcderfv seemnemaailm nhecsyfujkjdt qwaszxerdfcv antananarivu vfrcbvvfrcbv
greenlantern q1w2e3r4t5y6u7i8o9p0 passwordstandard corperfmonsy maprchem56458 warhammer40k
1234567890qwerty morganstanley 1234567890987654321 cjdthitycndj bltynbabrfwbz stinkyfinger
qwertyuiop10 qazxswedc123 iampurehaha2 zxcvbn123456 gtnhjpfdjlcr 123321456654 59382113kevinp
bpgjldsgjldthnf rfnthbyf1988 1qa2ws3ed4rf5tg qwertyuiop12345 nhfycajhvths msorcloledbr
stickdaddy77 vfhbyfvfhbyf asdfgh123456 123456789asd specialinsta michaeljackson webuivalidat
1234567887654321 1234567892000 ilovemyfamily weihnachtsbau qaz123wsx456 123456789qwer
111222333444555 123456789000 systemofadown vladimirovna 122333444455555 amadeusptfcor
zxcvbnm123456789 websolutionssu mortalkombat paraklast1974 minnesota_hp nondriversig 123qwerty123
a1s2d3f4g5h6 z1x2c3v4b5n6m7 ghjnbdjcnjzybt thecakeisalie fktrcfylhjdf qwertyuiop12 ontheoutside
zcfvfzkexifz sonnenschein wazzkaprivet xxxp455w0rd5 qwertasdfgzxcvb weihnachtsbaum пароль йцукен
йцукенг йцукенгшщз йцукенгшщзхъ фывапролдж ячсмитьбю любовь привет солнышко наташа максим марина
анастасия александр александра екатерина дмитрий николай сергей андрей владимир ленинград москва
россия спартак зенит кристина светлана виктория юлия ксения мамамама мамапапа котенок малышка
надежда счастье персональныйномер телефон qwertyuiop[] onetel personalnumber
`.trim().split(/\s+/))
