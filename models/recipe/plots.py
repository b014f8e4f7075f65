"""The plots of the corpus, a table. Their order belongs to the seed: a story picks its plot by it."""
from phrases import CLOSE, FRIENDS, OPEN
from storyengine import PAR

SKELETONS = []


def plot(worlds, beats, weather="fair", weight=1.0, avoid=""):
    """Add a plot: the worlds it fits, its beats, and animals that do not suit it."""
    SKELETONS.append((worlds, weather, beats, weight, avoid.split()))


# 1 -- a lost toy
plot("kid animal", [
    OPEN,
    ["<h> had <o:a>. It was <h:his> favorite toy.", "<h:His> favorite toy was <o:a>.", "<h:He> had <o:a> and took it everywhere."],
    PAR,
    ["<oneday:C>, <h> took <o:the> to <p>. <sky> When it was time to go home, <o:the> was gone.",
     "<oneday:C>, <h> could not find <o:the>. It was not in the bed and it was not under the table.",
     "<oneday:C>, <h> was playing <p:in>. <h:He> looked around and saw that <o:the> was gone."],
    ["\"<ohno>!\" <saidh>. \"Where is my <o:noun>?\"", "<h> felt <sad>. \"I lost my <o:noun>,\" <h:he> said.", "\"My <o:noun> is lost!\" cried <h>. A tear ran down <h:his> cheek."],
    ["<h> looked {behind every tree|under every bush|in the tall grass|all around}, but <o:the> was not there.", "<h:He> looked here and there, up and down. No <o:noun>.", ""],
    PAR,
    ["<suddenly>, <f:tag> came by. \"Why are you {so sad|crying}?\" asked <f>. \"I lost <o:the>,\" said <h>. \"{I will help you look|Let us look together|Two can look better than one},\" said <f>.",
     "<h> told <hisfriend> about it. \"{Do not worry|Do not cry},\" said <f>. \"We will find it together.\"",
     "<hisfriend:C> heard <h:him> cry. \"I will help you find it,\" said <f>."],
    ["They looked and looked. At last, <f> {pointed to|looked behind} a {big bush|tall tree|pile of leaves}. There was <o:the>!",
     "They walked back along the path, step by step. <f> saw something {in the grass|under a bench|behind a log}. It was <o:the>!",
     "<soon:C>, <f> called out, \"Look! I see it!\" <o:The> was {hiding under some leaves|lying in the grass|stuck between two stones}."],
    PAR,
    ["<h> hugged <o:the>. \"<thanks>, <f>!\" <h:he> said.", "\"You found it!\" said <h>. \"<thanks>!\" \"<welcome>,\" said <f>.", "<h> was <happy>. <h:He> gave <f> a big hug."],
    ["<friends>", "That evening, <h> let <f> play with <o:the> too.", "After that, <h> always took good care of <o:the>."],
    CLOSE,
], weight=1.3)

# 2 -- lost on the way
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> went for a walk. <h:He> {saw|followed} a {yellow|blue|pretty} butterfly and {ran after it|went farther and farther}.",
     "<oneday:C>, <h> wanted to see what was behind the hill. <h:He> walked and walked.",
     "<oneday:C>, <h> went into the woods to pick berries. <h:He> went from bush to bush and did not look back."],
    ["When <h:he> stopped, nothing looked the same. <h:He> was lost.", "<soon:C>, <h:he> did not know where <h:he> was. All the trees looked the same.", "Then <h:he> turned around. The path was gone!"],
    ["\"How will I get home?\" <h:he> {asked|whispered}.", "<h> sat down on a {stone|log} and began to cry.", "<h> was <afraid>. \"Hello?\" <h:he> called. \"Is anyone there?\""],
    PAR,
    ["<suddenly>, <h:he> heard a {kind|soft|gentle} voice. It was <n:a>. \"Are you lost?\" asked <n>. \"Yes,\" said <h>. \"I want to go home.\"",
     "<n:A> came down the path. \"What is the matter, little one?\" <n:he> asked. \"I am lost,\" said <h>.",
     "<soon:C>, <n:a> came along. <n:He> saw that <h> was crying. \"Do not be afraid,\" said <n>. \"I know these woods well.\""],
    ["\"{Come with me|Follow me|Walk with me},\" said <n>. \"I will show you the way.\"", "\"Listen,\" said <n>. \"Can you hear the {river|stream}? If we follow it, we will find your home.\"",
     "\"Look at the sun,\" said <n>. \"Your home is that way. Let us go together.\""],
    ["They walked {over the hill|through the trees|across a little bridge} and sang a song on the way.", "They walked for a long time, and <n> told funny stories.", "Step by step, they went {through the woods|down the long path}."],
    PAR,
    ["At last, <h> saw <h:his> home. \"<thanks>!\" <h:he> said.", "Then <h> saw a light. It was home! <h:His> {mom|dad|grandma} was waiting at the door.", "When they came to <h:his> home, everyone was <happy>."],
    ["<learned> to {stay on the path|look back now and then|tell someone before going far away}.", "\"Next time I will stay on the path,\" said <h>.", "<h> gave <n> a {hug|big smile}, and <n> waved goodbye."],
    CLOSE,
])

# 3 -- sharing food, a kindness returned
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> had <t:a>. <h:He> wanted to eat it {<p:in>|all by <h:himself>}.", "<oneday:C>, <h> was walking {to|near} <p> with <t:a> in <h:his> {bag|basket}.",
     "<oneday:C>, <h:his> {mom|grandma|dad} gave <h:him> <t:a>. It {smelled|looked} very good."],
    ["On the way, <h:he> met <f:tag>. <f> looked <sad>.", "Then <h:he> saw <f:tag> sitting all alone.", "<f:tag> was sitting by the path."],
    ["\"What is wrong?\" asked <h>. \"I am so hungry,\" said <f>. \"I have not eaten all day.\"", "\"I have nothing to eat,\" said <f> in a small voice.", "\"I am hungry,\" said <f>, \"and my basket is empty.\""],
    ["<h> looked at <t:the>. It was {big enough for two|all <h:he> had}.", "<h> thought about it. <h:He> was hungry too.", "<h> did not want to give it away. But <f> looked so hungry.", ""],
    ["Then <h:he> broke it into two pieces. \"{Here|Take this}, this half is for you,\" <h:he> said.", "\"Let us share,\" said <h>. <h:He> gave <f> the bigger half.", "\"You can have some of mine,\" said <h> with a smile."],
    ["\"<thanks>!\" said <f>. They ate together and talked until the sun went down.", "<f> ate every {bit|crumb}. \"That was {so good|the best <t:noun> ever},\" <f:he> said.", "They sat side by side and ate. It tasted better than ever."],
    PAR,
    ["<thenext>, {it began to rain. <h> had nowhere to hide. <f> came with a big leaf and held it over both of them|<h> fell down and hurt <h:his> knee. <f> came running and helped <h:him> up|<h> lost <h:his> way. <f> saw <h:him> and took <h:him> home}.",
     "A few days later, <h> was hungry and had no food. There was a knock at the door. It was <f> with a basket full of {apples|berries|nuts|bread}.",
     "<thenext>, <f> came back with a {basket of berries|bag of nuts|pot of honey|bunch of flowers}. \"This is for you,\" <f:he> said."],
    ["\"You were kind to me,\" said <f>. \"Now I can be kind to you.\"", "\"You shared with me,\" said <f>, \"and I did not forget.\"", "\"<thanks>,\" said <h>. \"<welcome>,\" said <f>."],
    ["<learned> that {sharing makes everything better|a kind deed always comes back|sharing is a good way to make a friend}.", FRIENDS],
    CLOSE,
], weight=1.2)

# 4 -- someone new
plot("kid animal", [
    OPEN,
    ["But <h> had no one to play with.", "<h:He> often felt {lonely|alone}.", "<h:He> wished for a friend.", ""],
    PAR,
    ["<oneday:C>, someone new came to live nearby. It was <f:intro>.", "<oneday:C>, <h> saw <f:intro> moving in next door.", "<oneday:C>, <h> saw <f:intro> <p:in>. <h:He> had never seen <f:him> before."],
    ["<h> wanted to say hello, but <h:he> was too shy.", "<f> sat alone and did not say a word.", "<h> hid behind a {tree|bush|wall} and watched <f:him>.", "<f> looked {lonely|shy}."],
    ["\"What if <f:he> does not like me?\" <h> thought.", "\"Just be brave and say hello,\" said <w>.", "<w:C> said, \"Everyone needs a friend. Go and say hello.\""],
    PAR,
    ["<h> took a deep breath and walked over. \"Hello, my name is <h>,\" <h:he> said. \"Do you want to play?\"", "So <h> picked a flower and gave it to <f>. \"Hello,\" <h:he> said. \"I am <h>.\"",
     "<h> brought <o:the>. \"Would you like to play with me?\" <h:he> asked."],
    ["<f> {smiled|looked up and smiled}. \"Yes, please! I am <f>. I was hoping someone would ask.\"", "\"I would love to,\" said <f>. \"I do not know anyone here.\"", "<f> smiled shyly. \"I wanted to say hello too,\" <f:he> said, \"but I was <afraid>.\""],
    ["They {played|laughed and played} all {day|afternoon}.", "They ran and jumped and laughed until {dinner time|the sun went down}.", "They played hide and seek, and then they looked at the clouds."],
    PAR,
    ["\"Will you come back tomorrow?\" asked <f>. \"Of course,\" said <h>.", "\"I am so glad you came here,\" said <h>.", ""],
    ["<learned> that {one small hello can make a friend|being brave can make a friend|a new friend may be shy too}.", FRIENDS], CLOSE,
], weight=1.2)

# 5 -- thunder
plot("kid animal", [
    OPEN, ["<h> was not afraid of many things, but <h:he> did not like thunder.", "There was one thing <h> did not like. It was thunder.", ""],
    PAR,
    ["<oneday:C>, {dark clouds came|the sky turned black}. Rain began to fall. Then there was a loud boom!", "<oneday:C>, a {big|great} storm came. The wind howled and the thunder went boom!", "<oneday:C>, lightning lit up the sky. Boom! went the thunder."],
    ["<h> {hid under the bed|pulled the blanket over <h:his> head|hid in a corner}. <h:He> was <very> <afraid>.", "<h> {shook with fear|began to shake}. \"I want it to stop!\" <h:he> cried.", "<h> ran to <w>. \"I am <afraid>!\" <h:he> said."],
    PAR,
    ["<w:C> held <h:him> close. \"Thunder is only the clouds bumping together,\" <w:he> said.", "<w:C> sat down next to <h:him>. \"Thunder is loud, but it cannot hurt you in here,\" <w:he> said.", "\"Let us count together,\" said <w>. \"We count after each flash. Then we know how far away the storm is.\""],
    ["\"One, two, three,\" they counted. Each time, the thunder was farther away.", "<w:C> sang a soft song. <h> began to sing too. They sang louder than the thunder.", "They drank warm milk and told {funny|happy} stories.", "\"Let us make music with the storm,\" said <w>. Each time the thunder boomed, they clapped their hands."],
    PAR,
    ["<soon:C>, the storm was over. The sun came out, and there was a {rainbow|big rainbow} in the sky.", "At last, the rain stopped. <h> looked out and saw {a rainbow|the stars}.", "Then it was quiet. <h> was surprised. The storm was gone!"],
    ["\"I was brave!\" said <h>. \"Yes, you were,\" said <w>.", "<h> was not <afraid> anymore.", "<learned> that {storms always pass|being brave is easier with someone you love|even a loud storm must end}."], CLOSE,
], weather="rain")

# 6 -- a race
plot("kid animal", [
    OPEN, ["<h> could run very fast.", "<h:He> was small, but <h:he> loved to run.", "Everyone said that <h> was slow.", "<h> had never won a race."],
    PAR,
    ["<oneday:C>, there was a big race <p:in>. <f:tag> wanted to run too.", "<oneday:C>, <f:tag> said, \"Let us have a race to the {old tree|bridge|big stone}!\"", "Every year there was a race <p:in>. This year, <h> and <f:tag> wanted to {run|win}."],
    ["\"I am the fastest,\" said <f>. \"No one can beat me.\"", "\"I am going to win,\" said <f>.", "\"Good luck,\" said <h>. \"You will need it more than I do,\" said <f> with a laugh."],
    ["\"Ready, set, go!\" {said|called|shouted} <w>.", "<w:C> counted to three, and off they went.", "One, two, three, go!"],
    PAR,
    ["They ran {up the hill and down again|past the trees|as fast as the wind}. <f> was in front.", "<f> ran so fast that <h> was far behind.", "At first, <f> was {ahead|faster}. <h> did not give up."],
    ["<suddenly>, <f> {tripped over a root|fell into the mud|slipped on a wet stone}. \"Ouch!\" <f:he> cried.", "Then <f> did not see a {stone|root} on the path. <f:He> fell down."],
    ["<h> could run past and win. But <h:he> stopped. \"Are you hurt?\" <h:he> asked.", "<h> saw the {finish|end of the race}. <h:He> also saw <f> on the ground. So <h:he> went back to help."],
    ["\"You could have won,\" said <f>. \"A friend is better than a prize,\" said <h>.", "<h> helped <f:him> up. \"Come on,\" <h:he> said. \"We can finish together.\"", "<h> helped <f:him> up. Together they walked to the end."],
    PAR,
    ["Everyone {clapped|cheered} when they came in side by side.", "They came last, but everyone clapped for them.", "They crossed the line at the same time. \"You both win!\" said <w>."],
    ["\"I am sorry I {laughed|was so proud},\" said <f>. \"<thanks> for helping me.\"", "<learned> that {helping is better than winning|a good friend is worth more than a prize}.", FRIENDS], CLOSE,
])

# 7 -- baking, and a mistake
plot("kid animal", [
    OPEN, PAR,
    ["It was {almost |}<f:s> birthday. <h> wanted to bake a cake for <f:him>.", "<oneday:C>, <h> wanted to make a cake for <hisfriend>.", "<oneday:C>, <h> said, \"I will bake a cake!\" <h:He> wanted to surprise <hisfriend>."],
    ["<h:He> put {flour, eggs and milk|eggs, butter and flour} in a big bowl.", "<h:He> took a bowl and a spoon. <h:He> mixed the flour and the eggs."],
    ["<h:He> mixed and mixed. Soon there was flour {on <h:his> nose|everywhere}.", "Then <h:he> put in {a big cup|two big spoons} of sugar.", ""],
    ["When the cake was done, <h> tasted it. \"Yuck!\" <h:he> said. It was full of salt!", "But when <h> tasted it, <h:he> made a face. It was not sugar. It was salt!", "But <h> forgot about the cake and went out to play. When <h:he> came back, the cake was {black|burned}."],
    ["\"<ohno>,\" said <h>. \"My cake is {bad|no good}.\"", "<h> wanted to cry.", "\"Now I have no cake for <f>,\" <h:he> said <sadly>."],
    PAR,
    ["\"Everyone makes mistakes,\" said <w>. \"Let us try again together.\"", "<w:C> came in and {smiled|saw the cake}. \"We can bake a new one,\" <w:he> said.", "<w:C> said, \"My first cake was much worse. Let us start again.\""],
    ["This time, they {read every word|tasted everything first|were very careful}.", "<h> put in the sugar, and <w> {watched the oven|helped with the eggs}.", "They worked side by side. <h> stirred, and <w> sang a song."],
    ["<soon:C>, the kitchen smelled {sweet|wonderful}.", "The new cake was {golden and soft|big and sweet}. They put {berries|cherries|cream} on top.", ""],
    PAR,
    ["When <f> saw the cake, <f:his> eyes grew big. \"For me?\" <f:he> asked.", "<f> took a bite. \"This is the best cake ever!\" <f:he> said.", "<h> gave the cake to <f>. \"<thanks>!\" said <f>. \"It is {wonderful|so good}!\""],
    ["They {all |}ate the cake together.", "<h> told <f> about the first cake, and they both laughed.", "<learned> that {it is all right to try again|a mistake is not the end|trying again makes things better}."], CLOSE,
])

# 8 -- a broken toy, mended
plot("kid animal", [
    OPEN, ["<h> had <wo:a>. <w:C> had made it for <h:him>.", "<h:He> loved <h:his> <wo>.", "<h:His> best toy was <wo:a>."],
    PAR,
    ["<oneday:C>, <h> dropped it on the floor. Crack! <wo:The> was broken.", "<oneday:C>, <h> was playing too {fast|wild}. Snap! A piece came off.", "<oneday:C>, <h> left it on the table. It fell down, bump, bump, bump, and broke."],
    ["\"<ohno>!\" <saidh>. \"It is broken!\"", "<h> was <very> <sad>. <h:He> held the pieces and cried.", "Tears came to <h:his> eyes."],
    PAR,
    ["<h> took it to <w>. \"Can you fix it?\" <h:he> asked.", "<h> showed the pieces to <w>.", "<w:C> heard <h:him> cry and came to look."],
    ["\"{Let me see|Let me look},\" said <w>. \"We need some glue and a little time.\"", "\"I think we can fix it,\" said <w>. \"But you must help me.\"", "\"Do not cry,\" said <w>. \"Broken things can be fixed.\""],
    ["<h> held the pieces, and <w> put on the glue. Then they waited.", "First they found all the pieces. Then they put them back, one by one.", "They worked all {morning|afternoon}. <h> learned how to hold the little hammer."],
    ["They painted it {red and yellow|blue and green|with bright colors}.", "It had a {small|little} line where it was broken, but <h> did not mind.", ""],
    PAR,
    ["At last, <wo:the> was as good as new.", "<soon:C>, it worked again. \"Hooray!\" said <h>.", "Now <wo:the> was even better than before."],
    ["\"<thanks>!\" said <h>. <h:He> gave <w> a big hug.", "<h> was <happy> and promised to be more careful.", "<learned> that {broken things can be fixed with time and care|many things can be fixed}."], CLOSE,
])

# 9 -- a promise
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <hisfriend> had to go away for a {week|few days}. \"Will you water my flowers?\" <f:he> asked.", "<hisfriend:C> was going on a trip. \"Please water my little <fl:noun> every day,\" <f:he> said."],
    ["\"I promise,\" said <h>.", "\"Of course I will,\" said <h>. \"I promise.\""],
    ["The first day, <h> did it. The second day, <h:he> did it too. But on the third day, <h:he> forgot.", "But there was so much to do. <h> {played and played|went swimming and climbed trees}, and <h:he> forgot <h:his> promise.", "At first, <h> went every morning. Then <h:he> began to play and forgot all about it."],
    PAR,
    ["Then <h> remembered. <h:He> ran as fast as <h:he> could. The leaves were {brown|dry} and hanging down.", "One night, <h> sat up in bed. \"My promise!\" <h:he> cried. In the morning, <h:he> saw that the leaves were dry.", "When <h:he> came back, everything was dry. \"<ohno>!\" <saidh>. \"I broke my promise.\""],
    ["<h> asked <w> what to do. \"Give it water and sing to it,\" said <w>. \"It may not be too late.\"", "\"It is not too late,\" said <w>. \"Give it water now, and stay with it.\""],
    ["So <h> brought water again and again. <h:He> sat there all day.", "<h> worked hard. <h:He> brought water in the morning and in the evening.", "Every day, <h> came with water. <h:He> did not forget again."],
    ["<soon:C>, a small green leaf came out.", "Little by little, the leaves stood up again.", "Then a {tiny|new} bud opened."],
    PAR,
    ["When <f> came home, <h> told <f:him> everything. \"I am sorry,\" <h:he> said. \"I forgot, but then I did my best.\"", "<f> came back and looked. \"I have to tell you something,\" said <h>. \"I forgot for a few days. I am sorry.\""],
    ["\"Thank you for telling me,\" said <f>. \"You made it well again.\"", "<f> smiled. \"You told the truth, and you helped it grow,\" <f:he> said."],
    ["<learned> that a promise is {important|something to keep}.", "From then on, <h> always kept <h:his> promises."], CLOSE,
])

# 10 -- a kite in a tree
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> took <h:his> {red|blue|yellow|green|new|big} kite to <p>.", "<oneday:C>, <h> ran outside with a kite. <sky>"],
    ["The kite went up, up, up. \"Look how high it is!\" <saidh>.", "The wind pulled the kite into the sky. <h> laughed.", "Up it flew, higher than the {trees|roofs|birds}."],
    ["Then a strong wind came. The kite {flew into a tall tree|got stuck in a tall tree}.", "But the string broke! The kite landed at the top of a tree.", "Whoosh! The wind took the kite and put it in a tall tree."],
    ["<h> jumped and jumped, but <h:he> could not reach it.", "<h> pulled the string, but the kite did not come down.", "\"It is too high,\" said <h>. <h:He> was <sad>."],
    PAR,
    ["<f:tag> came by. \"I can climb,\" <f:he> said. \"Let me try.\"", "<hisfriend:C> saw it. \"{Do not worry|Wait}, I have an idea,\" said <f>.", "\"Can I help?\" asked a voice. It was <f:tag>."],
    ["<f> went up the tree, branch by branch, and set the kite free.", "They found a long stick. <h> climbed on <f:s> back and pushed. The kite came down!", "They shook the tree together. One, two, three! The kite fell down into the grass.",
     "<f> climbed up slowly. <h> held <h:his> breath. Then the kite came floating down."],
    PAR,
    ["\"<thanks>!\" said <h>. \"Now you can fly it too.\"", "\"You did it!\" <saidh>. \"Let us fly it together.\""],
    ["They took turns until {the sun went down|it was time for dinner}.", "The kite danced in the sky, and the two friends ran below.", "This time, they stayed away from the trees."],
    ["<learned> that {two friends can do more than one|it is good to ask for help}.", FRIENDS], CLOSE,
], weather="wind")

# 11 -- snow
plot("kid animal", [
    ["<open>", "<open> <like>", "Snow was falling all night. In the morning, <h:intro> looked out. Everything was white!"],
    PAR,
    ["<oneday:C>, <h> went out to play in the snow. <h:He> wanted to make the {biggest|best} snowman.", "<oneday:C>, <h> said, \"I will build a snowman!\"", "<oneday:C>, <h> put on a warm {coat|scarf} and ran outside to build a snowman."],
    ["<h:He> rolled a big ball of snow. But the ball was too heavy to lift.", "<h:He> pushed and pushed the snow, but it fell apart.", "<h> made one ball, and then a second one. But <h:he> was too small to put it on top."],
    ["\"I cannot do it alone,\" <h:he> said.", "<h> sat down in the snow. \"This is too hard,\" <h:he> said.", ""],
    PAR,
    ["<f:tag> came along. \"Let me help you,\" <f:he> said. Together they lifted the snow.", "<hisfriend:C> was watching. \"We can do it together,\" said <f>. One, two, three, up!", "Then <h> called <hisfriend>. \"Push from that side,\" said <f>. And it worked!"],
    ["They gave the snowman a carrot for a nose and two {stones|buttons} for eyes.", "<h> found a carrot for the nose. <f> found {stones|nuts} for the eyes.", "They used sticks for the arms and put {an old hat|a red hat} on its head."],
    ["\"He looks cold,\" said <f>. So <h> put <h:his> scarf around the snowman.", "\"What is his name?\" asked <f>. \"{Mister Snow|Frosty|Mister White|Snowy}!\" said <h>.", "They stood back and laughed. It was a very funny snowman.", ""],
    PAR,
    ["When they were cold, they went inside and drank {hot cocoa|warm milk|hot tea}.", "Then <w> called them in for {hot cocoa|warm soup}.", "They danced around the snowman until it was dark."],
    ["<thenext>, the snowman was still there, smiling.", "<learned> that {many things are easier together|it is more fun to work together}.", FRIENDS], CLOSE,
], weather="snow")

# 12 -- learning something hard
plot("kid", [
    OPEN, ["All <h:his> friends could ride a bike, but <h> could not.", "<h> wanted to learn to ride a bike.", "For <h:his> birthday, <h> got a {red|blue|green|shiny|new} bike."],
    PAR,
    ["<oneday:C>, <h> took the bike to <p>. <h:He> got on, and bump! <h:He> fell off.", "<oneday:C>, <h> tried to ride. The bike went left, the bike went right, and down <h:he> fell."],
    ["\"Ouch!\" said <h>. \"I will never learn it.\"", "<h> was {angry|upset}. \"This is too hard,\" <h:he> said.", "<h> rubbed <h:his> knee. \"I do not want to try anymore,\" <h:he> said."],
    PAR,
    ["\"I fell many times too,\" said <w>. \"Try one more time. I will hold the bike.\"", "<w:C> said, \"No one can do it the first time. Let us try again.\"", "\"Look far ahead, not down,\" said <w>. \"I am right behind you.\""],
    ["<h> tried again. <h:He> went a little bit farther, and then a little bit farther.", "<h> got on again. <w:C> ran next to <h:him>.", "They tried again and again. Each time, it was a little better."],
    ["Then <w> let go. <h> did not even see it. <h:He> was riding all alone!", "<suddenly>, <h> felt the wind in <h:his> hair. <h:He> was riding!", "And then it worked! The bike went straight down the path."],
    PAR,
    ["\"I can do it! I can do it!\" <saidh>.", "\"Look at me!\" <saidh>. <w:C> clapped.", "<h> laughed out loud. \"I am riding!\" <h:he> said."],
    ["<learned> that {you must try again and again|falling is a part of learning|you should never give up}.", "From that day on, <h> rode <h:his> bike every day.", "\"I knew you could do it,\" said <w>."], CLOSE,
])
plot("animal", [
    OPEN, ["<h> wanted to learn to swim, but <h:he> was <afraid> of the water.", "All the others could swim, but <h> could not.", "<h> had never been in the water."],
    PAR,
    ["<oneday:C>, <hisfriend> said, \"Come in! The water is warm.\"", "<oneday:C>, <h> stood by the pond and looked at <hisfriend>, who was swimming."],
    ["<h> put one foot in. \"It is too {cold|deep},\" <h:he> said and jumped back.", "<h> jumped in. Splash! Water went up <h:his> nose, and <h:he> ran out again.", "\"I will sink like a stone,\" said <h>."],
    PAR,
    ["\"Start where the water is low,\" said <f>. \"I will stay next to you.\"", "\"I was <afraid> too,\" said <f>. \"Let us go in slowly.\"", "<f> was kind. \"First you must learn to float,\" <f:he> said."],
    ["Every day, they went a little deeper.", "They tried again and again. First one step, and then two.", "<h> kicked <h:his> legs, and <f> held <h:him> up."],
    ["Then, one morning, <h> did not sink. <h:He> was swimming!", "<suddenly>, <h:his> feet did not touch the ground, and <h:he> was still there. \"I am swimming!\" <saidh>.", "At last, <h> swam all the way to the {big stone|other side}."],
    PAR,
    ["\"You did it!\" said <f>.", "\"I knew you could do it,\" said <f>.", "All the others clapped and cheered."],
    ["<learned> that {you must try again and again|being brave means to try|you should never give up}.", "After that, <h> and <f> swam together every day."], CLOSE,
], avoid="duck frog turtle otter beaver mole koala")

# 13 -- a seed
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <w> gave <h> a {small|tiny|little} seed. \"Put it in the ground,\" <w:he> said.", "<oneday:C>, <h> found a {small|tiny} seed on the path. <h:He> took it home.", "<oneday:C>, <h> planted a seed in {the garden|a pot|the soft ground}."],
    ["<h> gave it water and waited. Nothing happened.", "<h:He> {looked|watched} and waited all day. But there was only dirt.", "The next morning, <h> ran to look. There was nothing to see."],
    ["\"Why does it not grow?\" asked <h>.", "\"Grow, little seed, grow!\" said <h>. But it did not.", "\"I think it is {broken|asleep},\" <h:he> said."],
    PAR,
    ["\"You must wait,\" said <w>. \"Good things take time.\"", "<w:C> smiled. \"It needs water, sun and time,\" <w:he> said.", "\"The seed is working under the ground,\" said <w>. \"You just cannot see it yet.\""],
    ["So <h> gave it water every day. <h:He> sang to it and kept the {birds|bugs} away.", "Every day, <h> came to say good morning to the seed.", "<h> waited. The rain came, and the sun came, and <h> waited."],
    ["Then, one day, there was a little green leaf!", "One morning, something green came out of the ground.", "After many days, <h:he> saw a tiny green {leaf|stem}."],
    ["It grew and grew until it was as tall as <h>.", "Every day, it was a little bit taller.", ""],
    PAR,
    ["At last, it was <fl:a>. \"It is so <nice>!\" <saidh>.", "In the summer, it was <fl:a>. Everyone came to see it.", "And what was it? It was <fl:a>!"],
    ["<learned> that {good things take time|it is good to wait|you need time and care to make things grow}.", "<h> took the new seeds and gave one to <hisfriend>. \"Now you can grow one too,\" <h:he> said."], CLOSE,
])

# 14 -- a baby bird
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> heard a small sound <p:in>. Peep, peep!", "<oneday:C>, <h> was {walking|playing} <p:in>. \"Peep, peep!\" said something in the grass.", "<oneday:C>, <h> saw something small on the ground."],
    ["It was a baby bird. It had fallen from its nest.", "A {tiny|little} bird was lying there. It was too small to fly."],
    ["\"Poor little bird,\" said <h>. \"You must be {cold|<afraid>}.\"", "The little bird looked <afraid>. \"I will help you,\" said <h> softly."],
    PAR,
    ["<h> looked up and saw the nest. It was very high. <h:He> could not reach it.", "<h> wanted to put it back, but the tree was too tall.", "The nest was high up in the tree."],
    ["<h> ran to <w>. \"Please come quickly,\" <h:he> said.", "<h> called <hisfriend>. \"We need a plan,\" said <h>.", "So <h> asked <n:a> for help."],
    ["They made a soft bed of leaves in a basket and pulled it up with a rope.", "They brought a long ladder. <h> climbed up slowly with the bird in <h:his> {hat|bag|basket}.", "Very carefully, they carried the little bird up to its nest."],
    ["The mother bird {was there|came back} and sang a happy song.", "\"Peep!\" said the little bird, and its mother gave it a worm.", "The other baby birds were <happy>."],
    PAR,
    ["A few weeks later, the little bird could fly. It flew around <h> and sang.", "Every morning after that, a bird sat by <h:his> window and sang.", "When summer came, the bird flew for the first time, and <h> {clapped|waved}."],
    ["<h> felt warm inside. It was good to help someone small.", "<learned> that {even the smallest one needs a friend|it is good to help those who are small}."], CLOSE,
])

# 15 -- the surprise birthday
plot("kid animal", [
    OPEN, PAR,
    ["It was <h:his> birthday. <h> woke up and {smiled|jumped out of bed}.", "<h> woke up early. It was <h:his> birthday at last!"],
    ["But no one said anything. <hisfriend:C> said, \"I have no time to play today.\"", "<h:He> went to see <hisfriend>, but <f> was not at home.", "<h> waited for someone to say happy birthday. But no one did."],
    ["<h> went to <g:tag>. \"I am busy,\" said <g> and closed the door.", "Even <w> was too busy to talk.", "<h> asked <g:tag> to play. \"Not today,\" said <g>."],
    ["\"Everyone forgot my birthday,\" <h> thought. <h:He> was <sad>.", "<h> walked {alone|all alone} to <p>. A tear ran down <h:his> cheek.", "\"Nobody remembers me,\" said <h> in a small voice."],
    PAR,
    ["In the evening, <h> went home. It was dark inside. <h:He> opened the door.", "When the sun went down, <h> came home. All was quiet.", "Then <w> called <h:him>. \"Come inside, please,\" <w:he> said."],
    ["\"Surprise!\" everyone shouted. There were {lights and balloons|balloons and a big cake|flowers and a big cake}!", "<suddenly>, all the lights came on. \"Happy birthday, <h>!\" they all cried."],
    ["\"We were busy all day with your party,\" said <f>.", "\"We wanted to surprise you,\" said <f>. \"That is why we were so busy.\"", "\"We did not forget,\" said <f> with a laugh. \"We were baking your cake.\""],
    PAR,
    ["<h> laughed and cried at the same time. \"<thanks>!\" <h:he> said.", "<h> got <o:a> and many hugs.", "There was cake for everyone, and <f> gave <h> <o:a>."],
    ["They sang and danced until late at night.", "It was the best birthday ever.", "\"This is the best birthday of my life,\" said <h>."], CLOSE,
])

# 16 -- honesty with a found thing
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> found <tr:a> {<p:in>|on the path|in the grass}. <sky>", "<oneday:C>, <h> saw something shiny on the ground. It was <tr:a>.", "<oneday:C>, while <h:he> was walking {to|near} <p>, <h> found <tr:a>."],
    ["\"How <nice>!\" said <h>. \"I will keep it.\"", "<h> put it in <h:his> {bag|basket|box}. <h:He> was <happy>.", "<h> held it up to the light. It was so <nice>."],
    PAR,
    ["On the way home, <h:he> met <n:a>. <n:He> was looking for something. \"I lost my <tr:noun>,\" <n:he> said. \"It was a gift from my mother.\"", "Then <h:he> heard someone cry. It was <n:a>. \"I lost my <tr:noun>,\" said <n>. \"I have looked everywhere.\""],
    ["<h> felt {<tr:the>|it} in <h:his> {bag|basket}. What should <h:he> do?", "<h> did not want to give it back. But then <h:he> thought, \"It is not mine.\"", "<h> thought for a moment. \"If I lost something, I would be <sad> too,\" <h:he> thought."],
    ["\"Is this it?\" asked <h> and held out <tr:the>.", "\"I found it,\" said <h>. \"Here it is.\"", "So <h> gave <tr:the> back. \"I think this is yours,\" <h:he> said."],
    PAR,
    ["<n:C> was <happy>. \"<thanks>!\" <n:he> said. \"You are an honest <h:kind>.\"", "\"You found it!\" said <n>. \"Thank you for telling the truth.\"", "<n:C> smiled a big smile. \"You have a good heart,\" <n:he> said."],
    ["<n:He> gave <h> <t:a> to say thank you.", "To thank <h:him>, <n> {told <h:him> a wonderful story|gave <h:him> a basket of apples|showed <h:him> a secret path}.", ""],
    ["<h> had no <tr:noun> now, but <h:he> felt {good|light and happy}.", "<learned> that {it feels good to be honest|telling the truth is better than any treasure}."], CLOSE,
])

# 17 -- the strange noise
plot("kid", [
    OPEN, PAR,
    ["<oneday:C>, <h> was in bed. <sky> Then <h:he> heard a noise. Scratch, scratch!", "<oneday:C>, there was a {strange|funny} noise in the {attic|kitchen|closet}. Bump, bump!", "<oneday:C>, something made a noise under the bed. Tap, tap, tap!"],
    ["\"Who is there?\" asked <h>. No one answered.", "<h> was <afraid>. \"Is it a monster?\" <h:he> thought.", "<h> pulled the blanket up to <h:his> nose."],
    ["<h> went to wake <w>. \"There is a monster!\" <h:he> said.", "<h> called <w>. \"I heard a monster!\" <h:he> whispered.", "<h> ran to <w> and held <w:his> hand."],
    PAR,
    ["\"Let us look together,\" said <w>. They took a {lamp|light} and walked on their toes.", "<w:C> took a light. \"Come,\" <w:he> said. \"We will go and see.\"", "\"Things look smaller in the light,\" said <w>. So they went to look."],
    ["<h> held <w:s> hand. {The floor creaked.|It was very dark.|} The noise came again.", "Step by step, they came closer. There it was again!", ""],
    ["They {looked inside|opened the door}. Two {green|round|bright} eyes looked at them. It was <pet:a>!", "And what did they see? It was only <pet:a>, and it was stuck in a box.", "Then something soft jumped out. \"Meow!\" It was only a {little|gray|white|black} kitten!"],
    ["<h> laughed. \"You are not a monster at all,\" <h:he> said.", "\"Hello, little one,\" said <h>. \"Did you get lost?\"", "\"So you were the monster!\" said <h> and laughed."],
    PAR,
    ["They gave it some milk and a {warm|soft} bed.", "It was {cold and hungry|hungry and tired}, so they gave it {milk|food} and a soft bed.", ""],
    ["After that, <h> was not <afraid> of the dark anymore.", "<learned> that {most noises are nothing to fear|scary things are often small|it helps to look with a light}.", "\"Can it stay with us?\" asked <h>. \"Yes,\" said <w>, \"if you take good care of it.\""], CLOSE,
], weather="night")
plot("animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> was on <h:his> way home. <sky> Then <h:he> heard a noise in a dark cave. Oooh, oooh!", "<oneday:C>, there was a strange noise behind the trees. Boom, boom!", "<oneday:C>, a strange sound came from the old hollow tree. Hoo, hoo!"],
    ["\"It is a monster!\" said <h>. <h:He> ran to <hisfriend>.", "<h> was <afraid>. <h:He> ran all the way to <hisfriend>."],
    ["\"Let us go and look,\" said <f>. \"I will be with you.\"", "\"Two of us are not so easy to scare,\" said <f>. \"Come on.\"", "<f> was <afraid> too. But together they felt brave."],
    PAR,
    ["They walked on their toes, closer and closer.", "They {stood side by side|stayed close} and looked inside.", "It was so dark that they could not see a thing."],
    ["Then they saw it. It was only <g:intro> with a big drum.", "And there was no monster. It was only <g:intro>, who was singing.", "It was <g:intro>, and <g:he> was crying."
     " \"Hello,\" <g:he> said. \"I am so glad to see you.\""],
    ["\"I thought no one could hear me,\" said <g>.", "\"I am all alone here,\" said <g>. \"That is why I make music.\"", "\"I did not want to scare you,\" said <g>. \"I was just lonely.\""],
    PAR,
    ["\"Come and play with us,\" said <h>.", "\"You can be our friend,\" said <h>. \"Come with us.\""],
    ["After that, the three of them played together every day.", "And so there were three friends, and no more monsters.", "<learned> that {scary things are often small|it is better to look than to run away}."], CLOSE,
], weather="night")

# 18 -- adrift
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> and <hisfriend> built a {raft|little boat} from {sticks|wood}.", "<oneday:C>, <h> found an old boat by the river. \"Let us be sailors!\" <h:he> said to <hisfriend>."],
    ["They pushed it into the water and jumped in.", "\"All aboard!\" said <f>. And off they went."],
    ["At first, it was fun. They waved at the {ducks|fish}.", "The water was calm, and they sang a sailor song.", ""],
    ["But the water went faster and faster. They could not stop!", "Then they lost the paddle. It floated away.", "Then water came in through a hole. Drip, drip, drip!"],
    ["\"Help! Help!\" they {called|cried}.", "\"What shall we do?\" cried <f>. \"Stay calm,\" said <h>. \"We must call for help.\""],
    PAR,
    ["<n:A> heard them. <n:He> threw a long rope. \"{Hold on|Hold on tight}!\" <n:he> called.", "On the shore stood <n:a>. <n:He> held out a long branch. \"Catch it!\" <n:he> said.", "<g:tag> saw them from the bridge and let down a rope."],
    ["<h> caught it, and <f> held on to <h>. They were pulled to the shore.", "They held on as hard as they could. Slowly, slowly, they came to the shore."],
    ["They were wet and cold, but they were safe.", "Soon they stood on dry land again.", ""],
    PAR,
    ["\"<thanks>!\" they said. \"Next time, {tell someone first|take a good rope with you},\" was the answer.", "\"<thanks> for saving us,\" said <h>.", ""],
    ["<learned> that {one must be careful near water|it is wise to plan before a trip}.", "That evening, they sat by the fire, {ate soup|drank tea} and laughed about their {trip|big adventure}."], CLOSE,
])

# 19 -- a quarrel over one toy
plot("kid animal", [
    OPEN, ["<afriend>"], PAR,
    ["<oneday:C>, they found <o:a> <p:in>. \"It is mine!\" said <h>. \"No, it is mine!\" said <f>.", "<oneday:C>, <h> and <f> both wanted to play with <o:the>.", "<oneday:C>, <h> got <o:a>. <f> wanted to play with it too. \"No!\" said <h>. \"It is mine.\""],
    ["<h> pulled on one side, and <f> pulled on the other.", "They both pulled and pulled.", "They shouted at each other. They were very {angry|mad}."],
    ["<suddenly>, <o:the> fell into the mud.", "Then <o:the> fell on the ground with a thump.", "<f> began to cry and ran away.", "In the end, no one was playing at all."],
    PAR,
    ["<w:C> {saw them|heard the noise}. \"Why do you not take turns?\" <w:he> asked.", "\"A toy is no fun when friends are angry,\" said <w>. \"You can take turns.\"", "<h> sat alone with <o:the>. But it was no fun to play alone."],
    ["<h> thought about it. \"I am sorry,\" <h:he> said to <f>. \"You can go first.\"", "\"I am sorry, <f>,\" said <h>. \"Let us play together.\"", "<h> went to <f>. \"I was not nice,\" <h:he> said. \"Please come and play.\""],
    ["\"I am sorry too,\" said <f>.", "<f> smiled. \"I was not nice either,\" <f:he> said.", "<f> wiped <f:his> eyes and nodded."],
    PAR,
    ["First <f> played with it, and then <h> played with it.", "They cleaned <o:the> and took turns all day.", "They made up a new game for two. It was much more fun."],
    ["<learned> that {sharing is more fun|friends are more important than toys|taking turns makes everyone happy}.", FRIENDS], CLOSE,
], weight=1.2)

# 20 -- a sick friend
plot("kid animal", [
    OPEN, ["<afriend>"], PAR,
    ["<oneday:C>, <f> did not come out to play. <h> went to look.", "<oneday:C>, <h> waited for <f> <p:in>. But <f> did not come."],
    ["<f> was in bed. <f:He> had a red nose. \"I am sick,\" <f:he> said. Achoo!", "\"I have a cold,\" said <f>. <f:His> voice was {small|weak}.", "<f> was sick and had to stay in bed."],
    ["\"I am {sad|so sorry},\" said <h>. \"What can I do?\"", "<h> wanted to make <f:him> feel better.", "\"Poor <f>,\" said <h>. \"I will help you get well.\""],
    PAR,
    ["<h> ran home and made a pot of {warm|hot} soup. <w:C> helped <h:him>.", "<h> asked <w> what to do. \"Warm soup is good for a cold,\" said <w>. So they made some.", "<h> picked {flowers|sweet berries} and made {hot tea|warm soup}."],
    ["<h:He> carried it very slowly and did not spill a drop.", "The path was long and the pot was {hot|heavy}, but <h> did not stop.", ""],
    ["<f> lay under a warm blanket, and <h> read <f:him> a {funny|long} story.", "Then <h> sat by the bed and told {funny stories|jokes} until <f> laughed.", "<f> smiled for the first time that day. \"That is so good,\" <f:he> said."],
    PAR,
    ["<thenext>, <f> felt much better.", "A few days later, <f> was well again.", "After three days, <f> jumped out of bed."],
    ["\"You are the best friend in the world,\" said <f>.", "\"<thanks>,\" said <f>. \"Your visit was the best medicine.\"", "\"Let us go out and play!\" said <f>."],
    ["<learned> that {a kind visit can make a friend feel better|love is a good medicine}.", FRIENDS], CLOSE,
])

# 21 -- owning up
plot("kid", [
    OPEN, PAR,
    ["<oneday:C>, <h> was playing with a ball in the house. Crash! <w:s> {blue|best|favorite|green} {vase|cup|bowl} was broken.", "<oneday:C>, <h> ran through the kitchen and hit the table. Crash! A {vase|cup|plate|bowl} fell down and broke."],
    ["<h> was <afraid>. <h:He> hid the pieces under the {bed|rug}.", "\"<ohno>,\" said <h>. <h:He> put the pieces in a box and closed it."],
    ["When <w> came in, <w:he> asked, \"What was that noise?\" \"It was the {cat|dog|wind},\" said <h>.", "\"Did you hear something?\" asked <w>. \"No,\" said <h> and looked at the floor."],
    PAR,
    ["But <h> did not feel good. <h:His> tummy hurt, and <h:he> could not eat.", "That night, <h> could not sleep. <h:He> thought about the lie.", "All day, <h> felt a heavy stone inside. Even playing was no fun."],
    ["At last, <h:he> went to <w>. \"I broke it,\" <h:he> said. \"I am sorry.\"", "Then <h:he> told the truth. \"It was me,\" said <h>. \"I am sorry that I lied.\"", "<h> took a deep breath and brought the pieces. \"I did it,\" <h:he> said and began to cry."],
    ["<w:C> {hugged <h:him>|took <h:his> hand}. \"Thank you for telling the truth,\" <w:he> said.", "<w:C> was quiet for a moment. Then <w:he> smiled. \"A broken thing is not so bad,\" <w:he> said. \"A lie is worse.\"", "\"I am glad you told me,\" said <w>. \"That was very brave.\""],
    PAR,
    ["Together they cleaned up and {glued the pieces|found a new one}.", "They put the pieces together with glue. It looked funny, but they both liked it.", ""],
    ["<h> felt as light as a feather.", "<learned> that {the truth makes you feel better|it is brave to tell the truth|a lie only makes things worse}.", "After that, <h> only played ball outside."], CLOSE,
])

# 22 -- three wishes
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> helped a {tiny|little} {fairy|gold fish|firefly} that was stuck in {a web|some branches|the mud}.", "<oneday:C>, <h> found {a magic stone|an old lamp|a magic feather} <p:in>."],
    ["\"You have three wishes,\" said a {small|soft} voice.", "A voice said, \"Because you are kind, you may make three wishes.\""],
    ["First, <h> wished for <o:a>. Puff! There it was.", "\"I wish for a mountain of {cake|cookies|candy}!\" said <h>. And there it was.", "For <h:his> first wish, <h> asked for a {golden crown|pair of wings|big castle}. It came at once."],
    ["It was fun, but soon <h> was {bored|alone with it}.", "<h> was happy for a little while. But there was no one to share it with.", ""],
    ["Then <h:he> wished to be as {tall as a tree|big as a house|strong as a bear}. But all <h:his> friends ran away.", "Next, <h:he> wished for a second one. But two were not better than one."],
    PAR,
    ["There was one wish left. <h> saw <f:tag>, who was <sad>. {<f> was sick|<f> had lost <f:his> home in a storm|<f> had hurt <f:his> leg}.", "Now <h> had only one wish. On the path sat <f:tag>. <f:He> was cold and hungry."],
    ["<h> did not think long. \"I wish that <f> is {well and happy|happy again},\" <h:he> said.", "\"My last wish is for <f>,\" said <h>. \"I want <f:him> to be happy.\""],
    ["There was a bright light, and <f> began to smile.", "At once, everything was all right again."],
    PAR,
    ["\"That was the best wish of all,\" said the voice.", "\"You gave me your last wish!\" said <f>. \"<thanks>!\""],
    ["<learned> that {making someone happy is the best wish|friends are better than magic}.", FRIENDS], CLOSE,
])

# 23 -- music and a case of nerves
plot("kid animal", [
    OPEN, ["<h> loved music.", "<h> had <ins:a>.", "<h:He> played <ins:a> every day."], PAR,
    ["Soon there was a big {party|show|concert} <p:in>. \"Will you play your <ins:noun> for us?\" asked <f:tag>.", "<oneday:C>, <f:tag> said, \"There will be a show. You must play the <ins:noun>!\""],
    ["<h> was <afraid>. \"What if I make a mistake?\" <h:he> said.", "<h> felt butterflies in <h:his> tummy.", "\"I cannot play in front of everyone,\" said <h>."],
    ["So <h:he> practiced every day, in the morning and in the evening.", "<f> came to listen every day. \"That was good,\" <f:he> said. \"Play it again!\"", "\"Play it for me first,\" said <f>. So <h> did."],
    PAR,
    ["The big day came. Everyone was there. <h:His> knees shook.", "At last it was time. <h> walked out and saw all the faces."],
    ["<h:He> began to play, but the first note was wrong. Squeak!", "At first, no sound came out.", "For a moment, <h:he> forgot the song."],
    ["Then <h:he> saw <f>, who smiled at <h:him>. <h> {closed <h:his> eyes and played|took a deep breath and tried again}.", "<f> began to clap, slowly, one, two, three. <h> heard it and found the song again."],
    ["The music was soft and sweet. No one made a sound.", "The music got louder and happier. Everyone began to dance.", "<soon:C>, all the feet were moving with the music."],
    PAR,
    ["When it was over, everyone clapped and cheered.", "\"More, more!\" they all called.", "\"That was <nice>!\" said <f>."],
    ["<h> bowed and smiled. <h:He> was not <afraid> anymore.", "<learned> that {a friend can make you brave|mistakes are no reason to stop|it is all right to be afraid and still try}."], CLOSE,
])

# 24 -- spilled paint
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> painted a picture of <p>. <h:He> wanted to give it to <w>.", "<oneday:C>, <h> painted a picture for <hisfriend>.", "<oneday:C>, <h> got new paints. <h:He> painted a {house|tree|boat|flower}."],
    ["It was almost done when the {blue|red|green|yellow} paint fell over. Splash!", "But then <h:his> {sleeve|arm} hit the cup, and {blue|red|black|green} paint ran all over the picture.", "Then a big drop of {blue|red|green} paint fell right in the middle."],
    ["\"<ohno>! My picture is ruined!\" <saidh>.", "<h> was so {upset|angry} that <h:he> wanted to throw it away.", "<h> began to cry. \"Now it is ugly,\" <h:he> said."],
    PAR,
    ["<f:tag> came and looked. \"I see a {whale|cloud|dragon|big bird} in it,\" <f:he> said.", "\"Wait,\" said <f:tag>. \"Turn it around. It looks like a {whale|dragon|bird}!\""],
    ["<h> looked again. It was true!", "<h> stopped crying and looked. Then <h:he> laughed.", "\"You are right,\" said <h>."],
    ["<h:He> took a brush and gave it eyes and a {big smile|long tail}.", "They painted together. They added {stars|waves|wings} and a {sun|moon}.", "With a few lines, the spot became the best part of the picture."],
    PAR,
    ["Everyone loved the picture. \"It is <nice>!\" they said.", "<w:C> put the picture on the wall. \"It is the best one yet,\" <w:he> said.", "The new picture was much better than the first one."],
    ["<learned> that {a mistake can turn into something beautiful|you can make something good from a mistake}.", "\"Good that the paint fell over,\" said <h> and laughed."], CLOSE,
])

# 25 -- the rained-out picnic
plot("kid animal", [
    OPEN, ["<afriend>"], PAR,
    ["<oneday:C>, <h> and <f> wanted to have a picnic <p:in>. They packed {bread and cheese|apples and cookies|sandwiches and juice|berries and cake}.", "<oneday:C>, <f> said, \"Let us have a picnic!\" They took a blanket and a basket full of food."],
    ["They put the blanket down and took out the food.", "They sat down on the blanket. Everything looked <very> good."],
    ["Then a drop fell on <h:his> nose. Drip, drop! It began to rain.", "But then dark clouds came, and it started to rain.", "Then came the ants. First one, then ten, then a hundred!"],
    ["\"Our picnic is ruined!\" cried <f>.", "\"<ohno>!\" <saidh>. \"What shall we do?\"", "\"Quick, grab the basket!\" said <h>."],
    PAR,
    ["<h> had an idea. \"Let us go {under the table|into the old barn|under the bridge}!\" <h:he> said.", "\"Come to my house,\" said <n:a> who was passing by. \"There is room for everyone.\"", "<f> saw a {big tree|cave|little hut}. \"Over there!\" <f:he> said. They ran as fast as they could."],
    ["They put the blanket on the floor and ate there.", "There they sat, warm and dry, and ate everything up.", "It was {dry and cozy|cozy} there. They ate and told stories."],
    ["They heard the rain and laughed.", "\"This is even better than outside,\" said <f>.", ""],
    PAR,
    ["When they were done, the sun came out again.", "Later, they went out and jumped in the puddles.", "Afterwards, there was a rainbow in the sky."],
    ["<learned> that {a plan can change and still be fun|a good friend makes any day a good day}.", "\"That was the best picnic ever,\" said <h>."], CLOSE,
])

# 26 -- the bridge is gone
plot("kid animal", [
    OPEN, ["<afriend>"], PAR,
    ["<oneday:C>, <h> and <f> were on their way to {a party|the market|see <w>}. They came to the stream, but the bridge was gone.", "After a big storm, the bridge over the stream was broken. <h> was on one side, and <f> was on the other."],
    ["\"The water took it away,\" said <f>. \"How can we get across?\"", "\"Now we cannot cross,\" said <h>.", "\"It is too far to jump,\" said <h>."],
    ["<h> tried to push a log into the water, but it was too heavy.", "<f> tried to move a big log. It did not move at all.", ""],
    PAR,
    ["\"Let us ask for help,\" said <h>. They called <n:a> and <g:tag>.", "Then <n:a> and <g:tag> came by. \"We need a bridge too,\" they said."],
    ["<n:C> pulled, <g> pushed, and <h> and <f> held the rope.", "All of them worked together. \"One, two, three, pull!\" said <h>.", "Everyone did something. <n:C> pulled the log, <g> brought stones, and <h> told them where to put it all."],
    ["Slowly, the log moved. Bump! It lay across the stream.", "It took all morning. But then the log was in the right place."],
    PAR,
    ["<h> was the first to cross. \"It holds!\" <saidh>.", "They walked over the new bridge, one after the other.", "\"Hooray!\" they all cried."],
    ["<learned> that {together you can do big things|small helpers can do big work|no one has to do hard things alone}.", "They named it the Friendship Bridge."], CLOSE,
])

# 27 -- a treasure map
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> found an old map in {a bottle|a box|a book}. There was a red X on it.", "<oneday:C>, <w> gave <h> an old map. \"It leads to a treasure,\" <w:he> said."],
    ["<h> ran to <hisfriend>. \"Let us find the treasure!\" <h:he> said.", "<h> showed it to <hisfriend>. \"It must be gold!\" said <f>."],
    ["The map said to walk ten steps from {the old oak tree|the big rock|the well}.", "First they went to {the old well|the tall tree}, and then to the {big stone|little bridge}.", "They went over the hill, across the stream and past the {old mill|tall tree}."],
    ["They dug a hole. They dug and dug. They found {only stones|an old shoe|nothing}.", "It was a long way. <f> was tired and wanted to go home.", "Then they got lost and had to start again."],
    ["\"We must not give up,\" said <h>.", "\"Let us look at the map again,\" said <f>. \"We held it upside down!\" They both laughed.", ""],
    PAR,
    ["At last, they found a {small|big|dusty} box. They opened it slowly.", "<suddenly>, they hit something hard. It was a box!"],
    ["Inside, there was no gold. There was {a note|a letter}. It said, \"The real treasure is the friend who came with you.\"", "Inside there were {two shiny bells|two bright shells|two pretty stones}, one for each of them.", "It was full of {old toys|chocolate coins|old picture books}! It was better than gold."],
    PAR,
    ["<h> looked at <f> and smiled.", "\"This is the best treasure,\" said <h>.", "They laughed and shared the treasure."],
    ["\"Let us hide it again for someone else,\" said <f>. And so they did.", "<learned> that {a friend is the best treasure|the adventure is the best part}.", "They kept the map and looked at it often."], CLOSE,
])

# 28 -- the moon
plot("kid animal", [
    OPEN, ["<h> loved the moon.", "Every night, <h> looked at the moon."], PAR,
    ["<oneday:C>, <h> said, \"I want to touch the moon.\"", "<oneday:C>, <h> wanted to catch the moon and take it home."],
    ["<h:He> climbed on a big stone, but it was not high enough.", "<h:He> climbed the tallest tree, but the moon was still far away.", "<h:He> jumped as high as <h:he> could. But the moon was too high."],
    ["Then <h:he> walked up the hill. The moon was still far away.", "\"Come down, moon!\" <saidh>. But the moon stayed where it was.", ""],
    PAR,
    ["<h> was <sad>. <w:C> saw <h:him>. \"Come with me,\" <w:he> said. They went to the {pond|lake}.", "<hisfriend:C> took <h:him> to the {pond|lake}. \"Look down,\" said <f>."],
    ["There was the moon, in the water! It was {round and bright|as close as can be}.", "In the water was a second moon. It was shining and dancing."],
    ["<h> put one foot in the water and touched it. The moon {wobbled|shook}.", "<h> touched the water very softly. \"I touched the moon!\" <h:he> whispered."],
    PAR,
    ["\"You cannot take it home,\" said <w>, \"but it will come back every night.\"", "\"The moon belongs to everyone,\" said <w>.", ""],
    ["<h> smiled and said good night to the moon.", "After that, <h> came to the water each night to say good night to the moon.", "<learned> that {some things are beautiful from far away|you do not need to own a thing to love it}."], CLOSE,
], weather="night")

# 29 -- lost clothes, found as somebody's home
plot("kid animal", [
    OPEN, ["<w:C> had made <cl:a> for <h:him>.", "<h> loved <h:his> <cl>."], PAR,
    ["<oneday:C>, the wind blew so hard that it took <cl:the> away.", "<oneday:C>, <h> went out to play. Whoosh! The wind took <h:his> <cl:noun>.", "<oneday:C>, <h> lost <cl:the> on the way home."],
    ["<h> ran after it, but it was gone.", "\"Come back!\" <saidh>. But it flew over the {trees|hill|wall}.", "\"<ohno>!\" <saidh>. \"It was my favorite.\""],
    PAR,
    ["<thenext>, <h> looked for it everywhere. At last, <h:he> saw it {under a bush|by a tree}.", "<h> and <hisfriend> went to look for it. \"There it is!\" said <f>."],
    ["But something moved inside! It was a {mother mouse|little bird|mother hedgehog} with {three|four|five} babies.", "A {small|tiny} mouse looked out of it. \"Please do not take it,\" said the mouse. \"We are so warm in here.\""],
    ["<h> looked at <cl:the>, and then <h:he> looked at the little {ones|family}.", "<h> was cold. But the little ones were so small.", ""],
    ["\"You can keep it,\" said <h>. \"You need it more than I do.\"", "\"It is your house now,\" said <h> with a smile."],
    PAR,
    ["When <w> heard about it, <w:he> made <h:him> a new one.", "<w:C> was proud of <h:him> and made a new <cl:noun>. It was even warmer.", "Every day, <h> came by to say hello to the little family."],
    ["<learned> that {giving can feel better than having|a gift can warm two hearts}.", "<h> was not cold at all. <h:He> felt warm inside."], CLOSE,
], weather="wind")

# 30 -- the harvest
plot("kid animal", [
    OPEN, PAR,
    ["<n:A> had a big garden full of {apples|carrots|pumpkins|berries|corn}. It was time to pick them, but <n> had hurt <n:his> {leg|back}.", "<oneday:C>, <h> saw <n:a>. <n:He> looked tired. \"So many apples,\" said <n>, \"and I am all alone.\""],
    ["\"A storm is coming tonight,\" said <n>. \"All will be lost.\"", "\"I will never be done before the rain comes,\" said <n>.", "\"Who will help me?\" asked <n>."],
    ["\"I will help you,\" said <h>.", "<h> was small, but <h:he> wanted to help."],
    PAR,
    ["<h> ran to <hisfriend> and to <g:tag>. \"Come quickly!\" <h:he> said.", "<h> called all <h:his> friends. <f:tag> came, and <g:tag> came too."],
    ["They worked all day. <h> picked, <f> carried, and <g> put everything in baskets.", "One picked, one carried, and one sang a song.", "They picked and carried and laughed. The baskets got fuller and fuller."],
    ["When the first drop of rain fell, they were done.", "At sunset, the last basket was full.", "Just before the storm, they closed the barn door."],
    PAR,
    ["\"<thanks>!\" said <n>. \"I could not have done it alone.\" <n:He> gave them all {apple pie|sweet juice|a basket to take home}.", "<n:C> made a big {pie|pot of soup} for everyone."],
    ["They sat by the fire, ate and listened to the rain.", "<learned> that {many helpers make the work light|work is fun with friends}.", "They were tired but <happy>."], CLOSE,
])

# 31 -- the sled
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> took <h:his> sled up the hill. <sky>", "<oneday:C>, everyone was sledding on the hill. <h> had a {red|blue|green|new} sled."],
    ["<f:tag> stood there and watched. <f:He> had no sled.", "At the bottom of the hill stood <f:tag>. \"I have no sled,\" <f:he> said."],
    ["<h> went down all alone. Whee! But the hill was long, and the sled was heavy to pull up.", "<h> went up and down. <soon:C>, <h:he> was tired of pulling."],
    ["Then the sled hit a {bump|stone}, and <h> fell into the deep snow. <h:He> could not get out.", "On the way up, the rope broke. The sled slid away into the {bushes|deep snow}."],
    PAR,
    ["<f> came running and helped <h:him>. \"Are you all right?\" <f:he> asked.", "\"Wait, I will help you!\" called <f>."],
    ["\"<thanks>,\" said <h>. \"Do you want to ride with me?\"", "\"You are so kind,\" said <h>. \"Come and sit behind me.\""],
    ["They sat down together. Whoosh! They went twice as fast.", "Together they pulled the sled up, and together they flew down."],
    PAR,
    ["They laughed so much that their tummies hurt.", "They rode until their noses were red.", "Down and up, down and up, until the stars came out."],
    ["<learned> that {two on a sled have more fun than one|sharing makes the fun bigger}.", FRIENDS], CLOSE,
], weather="snow")

# 32 -- who ate the carrots?
plot("kid animal", [
    OPEN, ["<h> had a little garden.", "<h> grew {carrots|lettuce and carrots} in <h:his> garden."], PAR,
    ["<oneday:C>, <h> saw that two carrots were gone. The next day, three more were gone.", "<oneday:C>, <h> came to the garden. Some of the carrots were gone!"],
    ["\"Who is eating my carrots?\" asked <h>.", "There were {small|tiny|strange} footprints in the dirt.", "<h> was {angry|mad}. \"I will catch the thief!\" <h:he> said."],
    ["That night, <h> hid behind a {bush|barrel} and waited.", "So <h> stayed awake all night and watched."],
    PAR,
    ["When the moon was high, something came. It was <f:intro>.", "Then <h:he> heard a crunch. There sat <f:intro> with a carrot."],
    ["\"Stop!\" said <h>. <f> jumped. \"I am sorry,\" <f:he> said. \"I was so hungry.\"", "\"Why do you take my carrots?\" asked <h>. \"I have no food,\" said <f> and began to cry.", "\"Please do not be angry,\" said <f>. \"I have nothing to eat at home.\""],
    ["<h> was not angry anymore.", "<h> felt sorry for <f:him>.", "<h> thought for a while."],
    PAR,
    ["\"You only had to ask,\" said <h>. \"If you help me in the garden, we can share.\"", "\"Next time, just ask,\" said <h>. \"There is enough for both of us.\""],
    ["After that, they worked in the garden together, and there was food for both.", "<f> came every day to help. The garden grew bigger and bigger.", "<learned> that {it is good to ask and good to share|kindness works better than anger}."], CLOSE,
])

# 33 -- a light in the dark
plot("kid animal", [
    OPEN, ["<h> had a little lamp.", "<h:He> did not like the dark.", ""], PAR,
    ["<oneday:C>, {there was a thick fog|the lights went out|a thick fog came}. <h> lit a lamp and put it in the window.", "<oneday:C>, <h> saw that the path was very dark. \"Someone may get lost,\" <h:he> thought. So <h:he> lit a {lamp|small lamp|candle}."],
    ["The light was small, but it was warm.", "\"It is only a small light,\" said <h>. \"But it is better than none.\""],
    ["Out there, <f:tag> was lost. <f:He> could not see {the path|a thing}.", "Far away, <f:tag> was looking for the way home. <f:He> was cold and <afraid>."],
    PAR,
    ["Then <f> saw something. A little light, far away!", "<suddenly>, <f> saw a tiny light. \"There!\" <f:he> said."],
    ["<f:He> walked to the light, step by step, and knocked on the door.", "<f:He> followed the light over {the bridge|the hill} until <f:he> came to the door."],
    ["<h> opened the door. \"Come in!\" <h:he> said. \"You must be cold.\"", "\"Your light showed me the way,\" said <f>."],
    PAR,
    ["They drank {hot tea|warm milk} and waited for the morning.", "<h> gave <f:him> soup and a warm blanket."],
    ["From then on, <h> lit the lamp every night.", "<learned> that {even a small light can help|a small kindness can be a big help}.", FRIENDS], CLOSE,
], weather="night")

# 34 -- first time at the sea
plot("kid", [
    OPEN, ["<h> had never seen the sea."], PAR,
    ["<oneday:C>, <w> said, \"Today we go to the sea!\" They took the {train|bus}.", "<oneday:C>, <h> and <w> went on a trip to the sea."],
    ["<h> saw the water. It was so big! It had no end.", "\"It is so big and blue!\" <saidh>.", "The waves went up and down. <h> held <w:s> hand."],
    ["<h> built a sand castle with {a tower|two towers} and a little {wall|flag}.", "<h> dug a hole and built a big sand castle."],
    ["Then a big wave came. Whoosh! The castle was gone.", "But the water came closer and closer, and took the castle away."],
    ["<h> was <sad>. \"My castle!\" <h:he> cried.", "\"Bad wave!\" said <h>. <h:He> stamped <h:his> foot."],
    PAR,
    ["<suddenly>, <h:he> saw <f:intro>. \"My castle is gone too,\" said <f>. \"Let us build one together.\"", "<f:Intro> came over. \"We can build a bigger one,\" <f:he> said."],
    ["They built it far away from the water. <f> brought shells, and <h> made a {gate|bridge}.", "They worked side by side. They put {shells|feathers} on top."],
    ["The new castle was big and strong.", "It was the best castle on the beach."],
    PAR,
    ["In the evening, <h> put a shell in <h:his> pocket. \"Now I can hear the sea at home,\" <h:he> said.", "On the way home, <h> fell asleep with a shell in <h:his> hand."],
    [FRIENDS, "<learned> that {you can always build again|the sea gives and the sea takes}.", "\"Can we come back?\" asked <h>. \"Of course,\" said <w>."],
])

# 35 -- cannot sleep
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> could not sleep. <sky> <h:He> turned left and <h:he> turned right.", "<oneday:C>, <h> lay in bed with open eyes. <h:He> was not tired at all."],
    ["\"I cannot sleep,\" <h:he> said to <w>.", "<h> got up and went to <w>. \"I am not tired,\" <h:he> said."],
    ["\"Try to count sheep,\" said <w>. <h> counted to one hundred, but the sheep were so funny that <h:he> laughed.", "\"Drink some warm milk,\" said <w>. <h> drank it, but <h:he> was still awake.", "\"Close your eyes and think of <p>,\" said <w>. But <h> only wanted to go and play there."],
    PAR,
    ["\"Then I will tell you a story,\" said <w>. \"Once upon a time, there was a little cloud that was looking for a bed.\"", "<w:C> sat down by <h:him> and told a story about a star that could not sleep.", "\"Listen to the night,\" said <w>. \"The wind is singing, and the trees are sleeping.\""],
    ["<h> listened. The voice was soft and slow.", "<h:His> eyes got smaller and smaller.", "<h> gave a big yawn."],
    ["\"And then?\" asked <h> in a sleepy voice. But <h:he> did not hear the end.", "Before the story was over, <h> was {fast asleep|asleep}."],
    PAR,
    ["<w:C> smiled and put the blanket over <h:him>. \"Good night, little one,\" <w:he> said.", "\"Sweet dreams, <h>,\" said <w> and blew out the light."],
    ["<h> dreamed of {soft clouds|flying over the hills|a ship full of stars|the bright moon}.", "Outside, the moon watched over {everyone|the quiet night}."],
], weather="night")

# 36 -- too small to help
plot("kid animal", [
    OPEN, ["<h> was the smallest of all.", "Everyone said that <h> was too small."], PAR,
    ["<oneday:C>, everyone was building a {house|fence|boat}. \"Can I help?\" asked <h>. \"You are too small,\" said <f:tag>.", "<h> wanted to help carry {wood|water|stones}. \"You are too little for that,\" said <f:tag>."],
    ["<h> sat down under a tree and was <sad>.", "\"I wish I was big,\" said <h>.", "<h> went away with <h:his> head down."],
    PAR,
    ["<suddenly>, <f> cried, \"<ohno>! The key fell into a hole!\" No one could reach it.", "Then <f> dropped the key into a small hole between the stones. No one could get it out."],
    ["They tried with sticks, but the hole was too small.", "They all tried, but they were too big.", "Everyone was worried."],
    ["\"Let me try,\" said <h>. <h:He> was so small that <h:he> could reach inside.", "<h> came back. \"I am small,\" <h:he> said. \"I can do it.\""],
    ["<h:He> reached deep into the hole. And there was the key!", "A moment later, <h> held up the key."],
    PAR,
    ["\"Hooray for <h>!\" they all cried.", "\"You saved the day!\" said <f>. \"I am sorry for what I said.\""],
    ["<learned> that {even a small one can do big things|it is good to be just as you are}.", "After that, no one said that <h> was too small.", "From that day on, everyone asked <h> for help."], CLOSE,
])

# 37 -- music against noise
plot("kid animal", [
    OPEN, ["<h> had a new drum."], PAR,
    ["All day long, <h> played. Boom, boom, boom! It was very loud.", "Boom, boom! went the drum, from morning to night."],
    ["Next door lived <f:tag>. <f> could not sleep.", "\"Please stop!\" called <f:tag>. \"I want to {read|sleep|rest}.\"", "<f:tag> covered <f:his> ears. \"It is too loud!\" <f:he> said."],
    ["\"But I love my drum,\" said <h>. They were both {angry|upset}.", "\"It is my drum, and I want to play,\" said <h>."],
    PAR,
    ["<w:C> had an idea. \"You can play in the morning,\" <w:he> said, \"and be quiet in the afternoon.\"", "\"Is there a place where the drum is not too loud?\" asked <w>. <h> thought of <p>."],
    ["<h> nodded. \"I did not want to make you angry, <f>,\" <h:he> said.", "\"I am sorry, <f>,\" said <h>. \"I did not think of you.\""],
    ["\"And I did not want to shout,\" said <f>. \"Your drum is not bad. Can I try it?\"", "<f> smiled. \"I have a {flute|horn|bell},\" <f:he> said. \"We could play together.\""],
    PAR,
    ["From then on, they made music together every morning.", "Soon there was a little band, and everyone came to listen."],
    ["<learned> that {it is good to think of others|you can find a way when you talk}.", FRIENDS], CLOSE,
])

# 38 -- the lost pet
plot("kid", [
    OPEN, ["<h> had <pet:a> named <pet>.", "<h:He> had a {little|good} <pet:kind> named <pet>."], PAR,
    ["<oneday:C>, the gate was open, and <pet> was gone.", "<oneday:C>, <pet> saw a {butterfly|bird} and ran away.", "<oneday:C>, <h> came home, but <pet> was not there."],
    ["\"<pet>! <pet>!\" called <h>. But <pet> did not come.", "<h> looked in the garden and in the street. No <pet>.", "<h> was <afraid> that <pet> was {lost|hurt}."],
    ["<h> made a {sign|poster} with a picture of <pet>. <hisfriend:C> helped <h:him>." , "<h> and <hisfriend> asked everyone on the street.", "<h> went to every door. \"Have you seen my <pet:kind>?\" <h:he> asked."],
    PAR,
    ["Then <h> met <n:a>. \"I saw a <pet:kind> {by the river|near the park|behind the school},\" <n:he> said.", "At last, <n:a> said, \"There is a <pet:kind> in my {garden|shed}. Come and see.\""],
    ["<h> ran as fast as <h:he> could. And there was <pet>!", "And there sat <pet>, wet and {cold|hungry}."],
    ["<pet> jumped into <h:his> arms.", "\"<pet>! I missed you so much!\" <saidh>.", "<h> hugged <pet> and did not want to let go."],
    PAR,
    ["\"<thanks>!\" said <h> to <n>.", "<h> thanked <n> and gave <n:him> some flowers."],
    ["After that, <h> always closed the gate.", "That night, <pet> slept on <h:his> bed.", "<learned> to {take good care of <h:his> pet|always close the gate}."], CLOSE,
])

# 39 -- gift or candy
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <h> went to the market with {one coin|a few coins|two coins}. <h:He> wanted to buy {a big candy|some candy|<o:a>} for <h:himself>.", "<h> had saved {some coins|a few coins} in a jar. <oneday:C>, <h:he> went to the market."],
    ["There were so many nice things. There was <o:a>, and there was sweet candy.", "<h> looked at everything. It was hard to choose."],
    ["Then <h:he> saw a {pretty|warm|blue|red} {scarf|blanket|hat}. <h:He> thought of <w>. <w:He> was always cold.", "Then <h> remembered that it was <w:s> birthday."],
    ["<h> looked at the coins. There was not enough for both.", "\"I can buy only one thing,\" thought <h>."],
    PAR,
    ["<h> took a deep breath and bought the gift for <w>.", "At last, <h> knew what to do. <h:He> bought a {little |}gift for <w>."],
    ["<h:He> ran home and gave it to <w>. \"For me?\" asked <w>.", "At home, <h> said, \"This is for you.\" <w:C> opened it slowly."],
    ["<w:C> had tears in <w:his> eyes. \"It is the nicest gift ever,\" <w:he> said.", "<w:C> was <happy> and gave <h:him> a long hug."],
    PAR,
    ["\"And I have something for you too,\" said <w>. It was <t:a>.", "Then they {ate dinner|drank tea} and laughed together.", ""],
    ["<learned> that {giving is sweeter than candy|it is good to make others happy|giving makes you happy too}.", "<h> did not miss the candy at all."], CLOSE,
])

# 40 -- a boaster
plot("kid animal", [
    OPEN, PAR,
    ["<f:tag> always said, \"I am the {best|strongest|smartest} of all!\" <h> never said such things.", "<oneday:C>, <f:tag> said, \"I can jump higher than anyone!\""],
    ["\"Can you jump over that stream?\" asked <g:tag>. \"Of course,\" said <f>. \"That is easy.\"", "\"I can jump over the stream with my eyes closed,\" said <f>."],
    ["<f> ran and jumped. Splash! <f:He> fell into the cold water.", "Everyone came to watch. <f> jumped, and splash, <f:he> landed in the mud."],
    ["Everyone laughed. But <h> did not laugh.", "<f> was wet and cold. Everyone laughed at <f:him>."],
    PAR,
    ["<h> {held out a long branch|went into the water} and helped <f:him> out.", "<h> gave <f:him> a dry {blanket|towel|coat}."],
    ["\"Why did you not laugh?\" asked <f>. \"It is no fun to be cold and wet,\" said <h>.", "\"Are you all right?\" asked <h>. <f> looked at the ground."],
    ["\"I only wanted you all to like me,\" said <f>.", "\"I am not the best,\" said <f>. \"I was silly.\""],
    ["\"We like you just as you are,\" said <h>.", "\"You do not have to be the best,\" said <h>. \"You only have to be my friend.\""],
    PAR,
    ["After that, <f> did not boast anymore.", "<f> smiled. \"Then let us practice together,\" <f:he> said."],
    [FRIENDS, "They practiced every day, and one day they both jumped over the stream."], CLOSE,
])

# 41 -- delivering a letter
plot("kid animal", [
    OPEN, PAR,
    ["<oneday:C>, <w> gave <h> a letter. \"Please take it to <f:tag>,\" <w:he> said. \"It is important.\"", "<oneday:C>, <h> had to bring a letter to <f:tag>, who lived on the other side of {the hill|the woods}."],
    ["On the way, <h> met <g:tag>. \"Come and play with me!\" said <g>.", "<g:tag> was playing <p:in>. \"Stay here and play,\" <g:he> called."],
    ["<h> wanted to play. But <h:he> had the letter. \"Not now,\" <h:he> said. \"Maybe later.\"", "\"I cannot,\" said <h>. \"First I must bring this letter.\""],
    ["Then it began to rain. <h> put the letter under <h:his> hat so that it stayed dry.", "Then the wind came and took the letter! <h> ran and jumped and caught it just in time.", "The way was long. <h> crossed a stream and climbed over a big log."],
    PAR,
    ["At last, <h> knocked on the door. <f> opened it and read the letter.", "Tired and happy, <h> came to the house and gave <f> the letter."],
    ["\"It is an invitation!\" said <f>. \"There is a party tonight, and we are both invited.\"", "\"Good news!\" said <f>. \"My {sister|brother|grandma} is coming to visit. Thank you for bringing it so fast!\""],
    PAR,
    ["They went back together, and <g> came along too.", "<f> gave <h> <t:a>. Then they went to play with <g>."],
    ["\"I knew I could trust you,\" said <w>.", "<learned> that {first comes the work and then comes the fun|it feels good when others can trust you}.", "<h> was proud and <happy>."], CLOSE,
])

# 42 -- cleaning up
plot("kid", [
    OPEN, ["But <h:his> room was never clean.", "<h:His> room was full of toys, and they were all over the floor."], PAR,
    ["<oneday:C>, <w> said, \"Please clean your room.\" \"Later,\" said <h>.", "\"You should put your things away,\" said <w>. But <h> did not want to."],
    ["Then <h> wanted to play with <o:the>. But where was it?", "<thenext>, <h> looked for <o:the>. <h:He> could not find it."],
    ["<h:He> looked under the {clothes|books} and behind the boxes. <o:The> was not there.", "There were so many things that <h:he> could not find anything."],
    PAR,
    ["\"I will help you,\" said <w>. \"Let us make it a game.\"", "\"Let us clean up together,\" said <w>. \"Then we will find it.\""],
    ["They put the books on the shelf and the {blocks|cars} in the box.", "First they picked up everything red, then everything blue, and then everything green."],
    ["And what was at the bottom? <o:The>!", "Under the very last {shirt|sock|book} was <o:the>!"],
    PAR,
    ["\"Hooray!\" said <h>. \"And now there is room to dance!\"", "\"My room is so big now!\" said <h>."],
    ["From then on, <h> put <h:his> toys away every evening.", "<learned> that {it is easy to find things in a clean room|cleaning up can be fun}."], CLOSE,
])

# 43 -- the stray
plot("kid", [
    OPEN, ["<h> wanted a pet more than anything.", ""], PAR,
    ["<oneday:C>, <h> saw <pet:a> {by the road|under a bench|in front of the door}. It was {thin and wet|cold and hungry}.", "<oneday:C>, <pet:a> followed <h> home from school."],
    ["\"You poor thing,\" said <h>. <h:He> gave it some food and water.", "It looked at <h> with big eyes."],
    ["\"Can I keep it?\" asked <h>. \"First we must see if it has a home,\" said <w>.", "\"Maybe someone is looking for it,\" said <w>. \"We have to ask.\""],
    ["They asked all the neighbors, but no one knew the <pet:kind>.", "They put up signs and waited for a week. No one came."],
    PAR,
    ["\"A pet is a lot of work,\" said <w>. \"I know,\" said <h>. \"I will feed it every day.\"", "\"Will you take care of it, even when it rains?\" asked <w>. \"I promise,\" said <h>."],
    ["\"Then it can stay,\" said <w>. <h> jumped for joy.", "<w:C> smiled. \"Well, it looks like it has found its home,\" <w:he> said."],
    ["<h> named it <pet>.", "\"I will call you <pet>,\" said <h>."],
    PAR,
    ["Every morning, <h> fed <pet> and took <pet:him> outside.", "<h> kept <h:his> promise. <h:He> fed <pet> every day."],
    ["<h> and <pet> were always together.", "<pet> slept at the foot of <h:his> bed, and <h> was never lonely again."], CLOSE,
])

# 44 -- the big jump / being brave
plot("animal", [
    OPEN, ["<h> was <afraid> of high places.", "There was one thing that <h> did not dare. It was the jump from the big rock."], PAR,
    ["<oneday:C>, all <h:his> friends jumped from the big rock into the pond. \"Come on, <h>!\" they called.", "<oneday:C>, <hisfriend> jumped into the water from the big rock. Splash! \"Now you!\" said <f>."],
    ["<h> climbed up. It was so high! <h:His> knees shook, and <h:he> climbed down again.", "<h> looked down and took a step back. \"I cannot do it,\" <h:he> said."],
    ["\"You are a scaredy cat,\" said <g:tag>. That made <h> <sad>.", "Some of them laughed. <h> went away and sat alone.", ""],
    PAR,
    ["<w:C> sat down next to <h:him>. \"You do not have to jump from the top,\" <w:he> said. \"Start with a small stone.\"", "\"I was <afraid> too,\" said <w>. \"I started small. Then I went a little higher each day.\""],
    ["So <h> jumped from a small stone. That was easy. Then <h:he> jumped from a bigger one.", "Every day, <h> went a little bit higher."],
    ["At last, <h:he> stood on the big rock. <h:He> took a deep breath, and jumped. Splash!", "One day, <h> climbed up the big rock, counted to three and jumped."],
    PAR,
    ["\"You did it!\" everyone cried.", "When <h:he> came up, <h:he> was laughing. \"Again!\" <h:he> said."],
    ["<learned> that {brave does not mean fast|small steps can take you far|you can be afraid and brave at the same time}.", "\"I am proud of you,\" said <w>."], CLOSE,
])

# 45 -- a lonely old neighbor
plot("kid animal", [
    OPEN, PAR,
    ["Near <h:his> home lived <n:a>. Everyone said that <n:he> was {grumpy|mean}. <n:He> never smiled.", "<n:A> lived all alone at the end of the path. No one ever went there."],
    ["<oneday:C>, <h> was playing, and the ball flew over <n:s> fence.", "<oneday:C>, <h:his> ball rolled into <n:s> garden."],
    ["<h> was <afraid>. But <h:he> wanted the ball. So <h:he> knocked on the door.", "\"I must be brave,\" said <h>. <h:He> opened the gate and knocked."],
    PAR,
    ["The door opened. \"What do you want?\" asked <n>. \"I am sorry,\" said <h>. \"My ball is in your garden.\"", "<n:C> looked out. \"Please, may I have my ball back?\" asked <h>."],
    ["<n:C> was surprised. \"No one ever comes here,\" <n:he> said. \"Would you like some {tea|cake|soup}?\"", "<n:C> looked at <h> for a long time. Then <n:he> smiled. \"You are the first one to say please,\" <n:he> said."],
    ["They sat down together. <n:C> told stories about {the sea|the old days|faraway lands}.", "<n:C> showed <h:him> {a box full of old pictures|many books|a garden full of roses}."],
    PAR,
    ["<h> found out that <n> was not mean at all. <n:He> was only lonely.", "\"Will you come back?\" asked <n>. \"Yes, tomorrow,\" said <h>."],
    ["After that, <h> visited <n> every week.", "<learned> that {a grumpy face can hide a kind heart|one should not believe everything others say}.", "And <n> smiled every day from then on."], CLOSE,
])

# 46 -- the school play of one small tree / first day
plot("kid", [
    OPEN, PAR,
    ["It was the first day of school. <h> had a {red|blue|green|yellow|new} bag and new shoes.", "Today was <h:his> first day at school."],
    ["But <h> was <afraid>. \"What if no one likes me?\" <h:he> asked.", "<h> did not want to go. <h:He> held <w:s> hand very tight."],
    ["\"I will tell you a secret,\" said <w>. \"Everyone is a little bit <afraid> today.\"", "\"Put this little {stone|button|shell} in your pocket,\" said <w>. \"When you touch it, think of me.\""],
    PAR,
    ["In the classroom, there were many children. <h> sat down next to <f:intro>.", "The teacher smiled at <h:him> and showed <h:him> a chair. Next to it sat <f:intro>."],
    ["<f> was very quiet. A tear ran down <f:his> cheek.", "<f> looked at the floor. \"I want to go home,\" <f:he> whispered."],
    ["\"I am <afraid> too,\" said <h>. \"We can be <afraid> together.\"", "<h> took out {an apple|a cookie} and gave <f:him> half of it."],
    ["<f> began to smile.", "Then they both laughed."],
    PAR,
    ["They painted, they sang, and they played {tag|in the sand}.", "The teacher read a story, and then they all sang a song."],
    ["When <w> came to pick <h:him> up, <h> said, \"Can I go again tomorrow?\"", "\"How was it?\" asked <w>. \"I have a new friend!\" said <h>."],
    [FRIENDS, "<learned> that {new things are easier with a friend|being brave can start with a smile}."],
])
