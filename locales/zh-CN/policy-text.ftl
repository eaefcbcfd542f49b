# 隐私政策的句子。客户会读到；它们由事实计算得出，因此每一句都要能独立成立。
# 以 -children、-app、-california 结尾的，替代同名句子给对应的读者看。

policy-text-title = { $name }隐私政策
policy-text-title-app = { $name }移动应用隐私政策
policy-text-title-children = { $name }儿童个人信息保护规则（简明版）
policy-text-title-california = { $name }隐私政策（美国加利福尼亚州）

policy-section-who = 谁对您的个人信息负责
policy-section-who-children = 我们是谁
policy-section-collect = 我们为何处理您的个人信息、处理哪些信息
policy-section-collect-children = 我们知道你的什么，为什么
policy-section-california = 过去 12 个月收集的个人信息
policy-section-origin = 个人信息的来源
policy-section-choices = 您可以选择什么
policy-section-choices-children = 由你决定
policy-section-share = 我们向谁提供您的个人信息
policy-section-share-children = 还有谁能看到
policy-section-abroad = 个人信息的跨境提供
policy-section-keep = 保存期限和到期处理
policy-section-protect = 我们如何保护
policy-section-children = 未成年人的个人信息
policy-section-children-children = 问问家长
policy-section-automated = 自动化决策
policy-section-sale = 出售、分享与退出
policy-section-rights = 您的权利
policy-section-rights-children = 你可以要求我们做什么
policy-section-complain = 投诉与举报
policy-section-changes = 政策的变更

policy-text-who = { $name }是您个人信息的处理者，决定处理的目的和方式。本政策适用于{ $place }。
policy-text-who-children = 我们是{ $name }。这里告诉你，{ $place }知道你的哪些事情。
policy-text-contact = 您可以通过以下方式联系我们：{ $contact }。
policy-text-representative = 我们的代表为：{ $who }。
policy-text-officer = 个人信息保护负责人及联系方式：{ $who }。
policy-text-officer-children = 在这里，由他们照看你的信息：{ $who }。

policy-text-purpose = 处理目的：{ $purpose }。
policy-text-purpose-children = 为什么：{ $purpose }。
policy-text-categories = 个人信息种类：{ $what }。
policy-text-categories-children = 我们知道：{ $what }。
policy-text-sensitive = 其中属于敏感个人信息、我们予以严格保护的有：{ $what }。
policy-text-sensitive-children = 我们特别小心保管的有：{ $what }。
policy-text-necessity = 处理敏感个人信息的必要性以及对您个人权益的影响：{ $why }
policy-text-way = 处理方式：通过以下渠道收集：{ $places }；在{ $countries }存储、使用，不为此目的向他人提供。
policy-text-way-shared = 处理方式：通过以下渠道收集：{ $places }；在{ $countries }存储、使用，并向下文所列接收方提供其所需的信息。
policy-text-way-kept = 处理方式：在{ $countries }存储、使用。
policy-text-way-given = 处理方式：通过以下渠道收集：{ $places }；存储并用于上述目的。
policy-text-basis-consent = 处理依据：取得您的同意。您可以不同意，也可以随时撤回同意。
policy-text-basis-consent-children = 只有你或者你的家长同意了，我们才这样做。你们随时可以改变主意。
policy-text-basis-contract = 处理依据：为订立、履行您作为一方当事人的合同所必需。如不提供，我们将无法为您提供相应的产品或服务。
policy-text-basis-contract-children = 我们需要它，才能做到你请我们做的事。
policy-text-basis-human-resources = 处理依据：按照依法制定的劳动规章制度实施人力资源管理所必需。
policy-text-basis-legal-obligation = 处理依据：为履行法定职责或者法定义务所必需，对此您不能拒绝。
policy-text-basis-vital-interests = 处理依据：紧急情况下为保护自然人的生命健康和财产安全所必需。
policy-text-basis-public-task = 处理依据：为履行公共利益任务所必需。
policy-text-basis-legitimate-interests = 处理依据：我们对上述目的享有正当利益。您可以随时提出反对。
policy-text-basis-news = 处理依据：为公共利益实施新闻报道，在合理范围内处理。
policy-text-basis-public-information = 处理依据：在合理范围内处理您自行公开或者其他已经合法公开的个人信息；您可以明确拒绝。
policy-text-basis-opt-out = 在您要求停止之前，我们可以这样处理。
policy-text-basis-other-law = 处理依据：法律、行政法规规定的其他情形。
policy-text-retention = 保存期限：{ $period }。

policy-text-origin-direct = 大部分信息由您直接提供，渠道包括：{ $places }。
policy-text-origin-direct-children = 你或者你的家长在这些地方告诉我们：{ $places }。
policy-text-origin-third = 部分信息来自第三方：{ $who }。

policy-text-as-is = { $text }
policy-text-choice-consent = 我们仅在您同意后处理，您可以随时撤回同意；撤回不影响撤回前基于同意已进行的处理活动的效力。
policy-text-choice-consent-children = 我们会先问你。说“不”也可以。
policy-text-choice-object = 您可以随时提出反对。
policy-text-choice-separate = 对此我们会单独征得您的同意。
policy-text-choices-how = 您可以在 { $url } 查看自己的选择，每一项都能一键更改。
policy-text-kept-years = 我们保存这些信息 { $n } 年。
policy-text-kept-months = 我们保存这些信息 { $n } 个月。
policy-text-kept-days = 我们保存这些信息 { $n } 天。

policy-text-share-none = 我们不向公司以外的任何人提供您的个人信息。
policy-text-share-processor = { $who }（受托人）：按照我们的委托处理{ $what }，用于{ $why }。
policy-text-share-controller = { $who }（独立的个人信息处理者）：自主决定如何处理从我们处获得的{ $what }，用于{ $why }。
policy-text-share-joint-controller = { $who }（共同处理者）：与我们共同决定处理目的和方式，处理{ $what }，用于{ $why }。
policy-text-share-authority = { $who }（主管机关）：依法接收{ $what }，涉及{ $why }。
policy-text-share-at = 所在地：{ $place }。
policy-kind-processor = 受托为我们处理的公司
policy-kind-controller = 自主处理的公司
policy-kind-joint-controller = 与我们共同处理的公司
policy-kind-authority = 主管机关

policy-text-abroad = { $who }位于{ $place }。
policy-text-abroad-adequacy = { $who }位于{ $place }，该地的数据保护水平已被认定为充分。
policy-text-abroad-scc = { $who }位于{ $place }。欧盟委员会的标准合同条款为您的信息提供保护；您可以向我们索取副本。
policy-text-abroad-bcr = { $who }位于{ $place }。经主管机关批准的有约束力的公司规则为您的信息提供保护；您可以向我们索取副本。
policy-text-abroad-pipl-standard-contract = { $who }位于{ $place }。我们已与其订立个人信息出境标准合同；您可以向我们索取副本，并通过我们向其行使权利。
policy-text-abroad-pipl-assessment = { $who }位于{ $place }。该出境活动已通过国家网信部门的数据出境安全评估；您可以通过我们向其行使权利。
policy-text-abroad-pipl-certification = { $who }位于{ $place }。该出境活动已通过个人信息保护认证；您可以通过我们向其行使权利。
policy-text-abroad-derogation = { $who }位于{ $place }。我们仅在法律允许的特定情形下（例如为履行与您的合同）向其提供您的信息。
policy-text-hosted = 我们在{ $place }运行“{ $what }”，并自行在当地存储您的信息。
policy-text-abroad-none = 您的个人信息保存在您提供信息时所在的国家或者地区。

policy-text-keep = 各项目的的保存期限已在上文分别说明，自其中所述事件起算、到期为止，且不超过实现处理目的所必要的最短时间。
policy-text-keep-children = 我们只在需要的时间里保留它。
policy-text-at-end-delete = 保存期限届满后，我们将删除这些信息。
policy-text-at-end-anonymise = 保存期限届满后，我们将对这些信息进行匿名化处理。
policy-text-at-end-either = 保存期限届满后，我们将删除这些信息或者进行匿名化处理。
policy-text-protect = { $what }。

policy-text-children-none = 我们不会在知情的情况下收集儿童的个人信息。如果您认为我们收集了，请告诉我们，我们会予以删除。
policy-text-children = 处理未成年人个人信息前，我们先取得其父母或者其他监护人的同意，只收集必要的信息，并全部按敏感个人信息保护。父母或者其他监护人可以查阅、更正、删除这些信息，也可以撤回同意。
policy-text-children-children = 只有你的父母或者其他监护人同意了，我们才会保存你的信息。请给他们看这个页面；有不明白的地方，就问问他们。
policy-text-children-age = 依据{ $law }，不满 { $age } 周岁的，由父母或者其他监护人决定。

policy-text-automated-no = 我们不会仅通过自动化决策作出对您个人权益有重大影响的决定。
policy-text-automated-yes = 我们的部分决定由机器作出。您有权要求我们予以说明，要求人工复核，提出意见并表示异议。

policy-text-rights-how = 如需行使权利，请访问 { $url } 或者联系：{ $contact }。我们可能要求您提供必要的信息以核实身份，且不会将其用于其他目的。我们不收取费用。
policy-text-rights-how-children = 你随时可以来问我们，也可以和家长一起：{ $url }，或者写信给 { $contact }。
policy-text-rights-how-page = 如需行使权利，请访问 { $url }。我们可能要求您提供必要的信息以核实身份，且不会将其用于其他目的。我们不收取费用。
policy-text-right-other = 您还享有其他权利。
policy-right-know-decide = 知情、决定：您有权知道我们如何处理您的个人信息，并对此作出决定。
policy-right-access = 查阅、复制：您有权查看您的个人信息并获得副本。
policy-right-portability = 转移：您有权以机器可读的格式取走您的个人信息，或者请我们转移至您指定的个人信息处理者。
policy-right-rectification = 更正、补充：您有权请我们更正错误的信息、补充不完整的信息。
policy-right-erasure = 删除：您有权请我们删除您的个人信息。
policy-right-restriction = 限制：您有权要求我们限制处理您的个人信息，例如在争议解决之前。
policy-right-objection = 拒绝、反对：您有权拒绝或者反对我们处理您的个人信息。
policy-right-objection-marketing = 拒绝营销：您随时可以拒绝营销，无需理由；我们会立即停止。
policy-right-withdraw-consent = 撤回同意：您可以随时撤回同意，与当初同意一样方便。
policy-right-opt-out = 退出：您可以要求我们不出售、不分享您的个人信息。
policy-right-limit = 限制敏感信息的使用：您可以限制我们使用敏感个人信息的用途。
policy-right-automated-decision = 自动化决策：您有权要求说明、拒绝仅由机器作出的决定，并要求人工复核。
policy-right-automated-decision-access = 了解决策过程：您可以询问机器如何作出关于您的决定。
policy-right-explanation = 解释说明：您有权要求我们对个人信息处理规则进行解释说明。
policy-right-close-account = 注销账号：您有权注销您的账号。
policy-right-third-parties = 了解接收方：您可以询问我们具体向谁提供了您的信息。
policy-right-deceased = 死者近亲属：近亲属可以依法对死者的个人信息行使部分权利。
policy-right-no-retaliation = 不受歧视：我们不得因为您行使权利而给予您较差的待遇。
policy-right-complaint = 投诉与诉讼：您有权向主管机关投诉，也有权向法院起诉。

policy-text-clock = { $law }：我们在 { $time } 内答复。
policy-text-clock-longer = { $law }：我们在 { $time } 内答复。请求复杂时可能再需要 { $more }，我们会及时告知您。
policy-text-clock-word = { $law }：我们{ $time }答复。
policy-unit-hours = { $n } 小时
policy-unit-days = { $n } 日
policy-unit-business-days = { $n } 个工作日
policy-unit-weeks = { $n } 周
policy-unit-months = { $n } 个月
policy-unit-years = { $n } 年

policy-text-complain-us = 请先告诉我们，多数问题可以马上解决。我们的联系方式在本页开头。
policy-text-complain-us-children = 告诉我们，或者告诉你信任的大人。
policy-text-complain = { $law }：您可以向{ $who }投诉、举报。
policy-text-complain-any = 您也可以向所在地履行个人信息保护职责的部门投诉、举报（{ $laws }），或者向人民法院提起诉讼。

policy-text-changes = 本政策内容发生变更的，我们会在生效前以单独的页面逐项说明变更内容和原因，并在与您有关时通过电子邮件或者网站告知您。以往各版本均可查阅。
policy-text-changes-consent = 处理目的、处理方式或者个人信息种类发生变更，且需要您同意的，我们会重新取得您的同意。
policy-text-merger = 因合并、分立、解散、被宣告破产等原因需要转移个人信息的，我们会向您告知接收方的名称或者姓名和联系方式。接收方变更原先的处理目的、处理方式的，应当重新取得您的同意。

policy-text-california-months = 过去 12 个月，我们收集了以下类别的个人信息，用于此处说明的目的，并按各项目的所述期限保存。
policy-text-california-given = { $what }：用于{ $why }；出于商业目的披露给：{ $who }。
policy-text-california-kept = { $what }：用于{ $why }；未向任何人披露。
policy-text-california-sensitive-given = { $what }（敏感个人信息）：用于{ $why }；出于商业目的披露给：{ $who }。
policy-text-california-sensitive = { $what }（敏感个人信息）：用于{ $why }；未向任何人披露。
policy-text-sale-none = 过去 12 个月，我们没有出售个人信息，也没有为跨站广告分享个人信息。
policy-text-sale = 我们允许合作方将个人信息用于其他网站上的广告，加利福尼亚州法律称之为“分享”。您可以随时在“您的隐私选择”中退出。
policy-text-gpc = 如果您的浏览器发出全球隐私控制（GPC）信号，我们将其视为您的退出请求，适用于该浏览器；如果能识别您，也适用于您的账号，并向您显示已经生效。
policy-text-sale-minors = 未取得法律要求的选择加入，我们不会在知情的情况下出售或者分享未满 16 周岁者的个人信息。
policy-text-agent = 您可以书面授权他人代您提出请求。我们只要求核实身份所必需的信息：查询类别时较少，查询具体内容时较多。
policy-text-no-retaliation = 我们不会因为您行使权利而给予您较差的待遇。

policy-short-why-title = 为了什么
policy-short-why = 我们将您的个人信息用于{ $why }。
policy-short-what-title = 哪些信息
policy-short-what = { $what }。
policy-short-what-more-title = 哪些信息
policy-short-what-more = { $what }，以及另外 { $n } 类信息。完整清单见下文。
policy-short-shared-title = 谁会收到
policy-short-shared = 公司以外有 { $n } 个接收方，只获得其所需的信息。
policy-short-alone-title = 谁会收到
policy-short-alone = 公司以外没有人。
policy-short-abroad-title = 在哪里
policy-short-abroad = 接收方位于{ $places }。下文说明您的信息在当地如何受到保护。
policy-short-keep-title = 多久
policy-short-keep = 不超过实现目的或者法律要求所需的时间。下文逐项说明期限。
policy-short-children-title = 未成年人
policy-short-children = 我们先取得父母或者其他监护人的同意。
policy-short-rights-title = 由您决定
policy-short-rights = 查阅、更正、删除、转移：随时可以提出。您的选择一键可改。
policy-short-rights-children = 你可以问我们知道什么，也可以让我们删掉。你的家长也可以。
