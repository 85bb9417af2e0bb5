import type { Texts } from './en.ts';

/** 日本語の文言。 */
export const ja: Texts = {
  product: 'プロビジョニング メール',
  skip: '本文へ移動',
  mainNavigation: 'メイン',
  breadcrumb: '現在の位置',
  signedInAs: (name) => `${name} としてサインイン中`,
  language: '言語',
  signOut: 'サインアウト',
  signIn: 'サインイン',
  partner: 'パートナー',
  roles: { operator: 'オペレーター', resend: '再送信可', view: '閲覧のみ', none: '権限なし' },
  footer: '時刻はすべて UTC です。',
  copy: 'コピー',
  copied: 'コピーしました',
  externalSite: '外部サイトに移動します',
  none: 'なし',

  status: {
    Scheduled: '予定',
    AwaitingProvisioningDetails: 'プロビジョニングの詳細待ち',
    Onboarded: 'オンボード済み',
    Closed: '終了済み',
    Cancelled: 'キャンセル済み',
  },
  provisioningPending: 'プロビジョニング保留中',
  delivery: {
    Accepted: '送信済み',
    Delivered: '配信済み',
    Delayed: '遅延',
    Bounced: '不達',
    Complained: '迷惑メール報告',
    Rejected: '拒否',
  },
  locales: { en: '英語', ja: '日本語' },

  field: {
    order: '注文',
    line: '品目',
    subscription: 'サブスクリプション',
    offer: 'オファー',
    customer: 'エンド カスタマー',
    status: 'ステータス',
    startDate: '希望開始日',
    window: 'プロビジョニング期間',
    firstEmail: '最初のメール',
    deadline: '期限',
    timeLeft: '残り時間',
    closedAt: '終了日時',
    onboardedAt: 'オンボード日時',
    cancelledAt: 'キャンセル日時',
    organization: '組織',
    contact: 'プロビジョニング担当者',
    contactEmail: 'プロビジョニング連絡先メールアドレス',
    contactName: '氏名',
    contactLocale: 'メールの言語',
    lastEmail: '最後のメール',
    placedBy: '注文者',
    to: '宛先',
    sentAt: '送信日時',
    nextResend: '次に再送信できる日時',
    reason: '理由',
    reference: '照会番号',
  },

  time: {
    left: (span) => `残り ${span}`,
    overdueSince: (span) => `${span}前に終了`,
    startsIn: (span) => `${span}後にメールを送信`,
    due: 'まもなくメールを送信',
    until: (date) => `${date} まで`,
    ended: (date) => `${date} に終了`,
    on: (date) => date,
    since: (date) => `${date} に送信予定`,
    notRunning: '期限なし',
  },

  orders: {
    title: '注文',
    introduction:
      'コラボレーション サブスクリプションの注文品目を、期限の近い順に表示しています。オンボード済みとキャンセル済みの品目は最後に並びます。',
    search: '検索',
    searchHint: '注文、品目（注文/品目）、サブスクリプション、または連絡先メールアドレスの全体',
    searchWrong:
      '注文、品目、サブスクリプション、または連絡先メールアドレスの全体を 254 文字以内で入力してください。',
    find: '検索',
    clear: '検索を解除',
    partnerHint: '注文品目を表示するパートナー',
    partnerWrong:
      'パートナーの ID を半角英数字、ドット、ハイフン、アンダースコアの 1～64 文字で入力してください。',
    choosePartner: 'パートナーを選択してください',
    choosePartnerHow:
      'オペレーターは一度に 1 つのパートナーの注文品目を表示します。上の欄にパートナーの ID を入力してください。',
    filter: 'ステータスで絞り込み',
    all: 'すべて',
    shown: (count, more) => (more ? `${count} 件（続きあり）` : `${count} 件`),
    nothing: '注文品目がありません',
    nothingFound: (word) =>
      `「${word}」は見つかりませんでした。検索は全体一致です。文字の抜けがないか確認してください。`,
    nothingInFilter:
      'このステータスの注文品目はありません。別のステータスを選ぶか、すべてを表示してください。',
    nothingAtAll: 'パートナーの注文が登録されると、その品目がここに表示されます。',
    seeAll: 'すべての注文品目を表示',
    next: '次のページ',
    first: '最初のページ',
    pages: 'ページ',
    lineOf: (orderId, lineId) => `注文 ${orderId} の品目 ${lineId}`,
    table: '注文品目（期限の近い順）',
  },

  order: {
    title: (orderId) => `注文 ${orderId}`,
    lines: '注文品目',
    lineTitle: (lineId) => `品目 ${lineId}`,
    details: '履歴と詳細',
    pendingBefore:
      'この品目のプロビジョニング期間は終了しましたが、プロビジョニングはまだ完了していません。サブスクリプションのページでメールを再送信するか担当者を変更するには、',
    pendingLink: 'ここをクリック',
    pendingAfter: 'してください。',
    onboarded: (date) => `お客様の組織は ${date} にオンボードされました。`,
  },

  subscription: {
    title: 'クラウド/SaaS サブスクリプション',
    introduction: (subscriptionId) => `サブスクリプション ${subscriptionId}`,
    pending:
      'プロビジョニング期間が終了し、注文品目は終了済みになりましたが、サブスクリプションはまだ設定されていません。組織がオンボードされるまでは、メールの再送信と担当者の変更ができます。',
  },

  line: {
    title: (orderId, lineId) => `注文 ${orderId}、品目 ${lineId}`,
    facts: '詳細',
    history: '履歴',
    by: (actor) => `実行者: ${actor}`,
    missing: 'メールが届かない場合',
    missingSpam:
      '迷惑メール フォルダーと、会社の隔離フォルダーがあればそこも確認するよう、担当者に依頼してください。',
    missingAllow: '次の送信元アドレスを許可するよう、先方の IT 管理者に依頼してください。',
    sender: '送信元アドレス',
    missingAddress: (email) => `アドレスに入力の誤りがないか確認してください: ${email}。`,
    missingCorrect: '［編集］で修正すると、新しいアドレスにすぐメールが送信されます。',
    bounceReason: 'メール サービスからの報告:',
  },

  actors: {
    'commerce.workspace': 'Cisco Commerce Workspace',
    'control-hub': 'Control Hub',
    'aws.ses': 'メール サービス',
    workflow: 'このサービス',
    sweep: 'このサービス',
  },
  history: {
    Booked: '注文品目を登録',
    Rescheduled: (date) => `希望開始日を ${date} に変更`,
    rescheduleIgnored: (date) =>
      `希望開始日を ${date} に変更する依頼は、遅れて届いたため適用されませんでした`,
    firstSent: 'プロビジョニング メールを送信',
    resent: 'プロビジョニング メールを再送信',
    sentToNewContact: '新しい担当者にプロビジョニング メールを送信',
    ProvisioningEmailFailed: 'プロビジョニング メールを送信できませんでした',
    ProvisioningEmailUnconfirmed:
      'プロビジョニング メールを送信した可能性があります（メール サービスからの報告待ち）',
    confirmed: 'メール サービスからの報告により送信を確認',
    feedback: {
      Accepted: 'メールを受付',
      Delivered: 'メールを配信',
      Delayed: 'メールの配信が遅延',
      Bounced: 'メールが不達',
      Complained: '受信者が迷惑メールとして報告',
      Rejected: 'メール サービスがメールを拒否',
    },
    ProvisioningContactChanged: 'プロビジョニング担当者を変更',
    Onboarded: '組織をオンボード（以後、再送信と変更は不可）',
    Closed: 'プロビジョニング期間の終了により終了',
    Cancelled: '注文品目をキャンセル',
  },

  edit: '編集',
  resend: '再送信',
  editOf: (lineId) => `編集: 品目 ${lineId} の担当者`,
  resendOf: (lineId) => `再送信: 品目 ${lineId} のメール`,
  done: '完了',
  back: '戻る',
  cancel: 'キャンセル',

  whyNot: {
    viewOnly: (name) => `権限は閲覧のみです。注文者の ${name} 様にお問い合わせください。`,
    'not-started': (date) => `最初のメールは ${date} に送信されます。`,
    due: (date) => `最初のメール（${date} に送信予定）は、まもなく自動的に送信されます。`,
    'point-of-no-return': 'オンボード済みです。設定は Control Hub で完了します。',
    cancelled: 'キャンセル済みのため、メールは送信されません。',
    'contact-undeliverable': 'このアドレスにはメールが届きません。［編集］で変更してください。',
    'resend-too-soon': (date) => `送信したばかりです。${date} から再送信できます。`,
    'resend-limit-reached': (date) => `24 時間のメール数の上限に達しました。${date} から再び送信できます。`,
    limitForGood: 'この品目で送信できるメールの上限に達しました。',
    unknown: '現在、この操作はできません。',
  },
  nowPossible: '再び送信できます。',

  resendDialog: {
    title: '再送信の確認',
    question: (email) => `プロビジョニング メールを ${email} に再送信しますか?`,
    what: 'メールにはサブスクリプションを設定するためのリンクが含まれています。以前のメールのリンクも引き続き使え、期限は変わりません。',
    closed:
      'プロビジョニング期間は終了しています。メールにもその旨が記載されますが、サブスクリプションは引き続き設定できます。',
    yes: 'はい',
    no: 'いいえ',
    sentTitle: 'メールを送信しました',
    sent: (email) => `プロビジョニング メールを ${email} に再送信しました。`,
    next: (date) => `次の再送信は ${date} からできます。`,
    notSentTitle: 'メールを送信できませんでした',
    notSent:
      'メール サービスがメールを受け付けませんでした。何も変更されず、回数にも数えられていません。もう一度お試しください。',
    confirmAgain: 'もう一度確認してください。まだ何も送信されていません。',
    tryAgain: 'もう一度試す',
  },

  support: {
    title: '繰り返し失敗する場合はサポート ケースを作成してください',
    how: 'Customer Service Hub を開いて「Provisioning Assistance」を検索し、次の内容を伝えてください。',
    portal: 'Customer Service Hub',
    search: '検索する語',
    requestType: '依頼の種類',
    details: 'サポート ケースの内容',
  },

  unconfirmed: {
    title: 'メールの送信を確認できていません',
    what: (email) =>
      `メール サービスからの応答を受け取れませんでした。${email} 宛のメールは送信された可能性があるため、送信回数に含まれ、履歴にも記録されています。`,
    ask: 'すぐに再送信せず、メールが届いているかどうかを先に担当者にご確認ください。',
    change: '担当者の変更は、送信が確認された時点で反映されます。それまでは現在の担当者のままです。',
    others: 'この注文のほかの品目は変更されていません。後ほど、あらためて適用してください。',
    wait: 'メール サービスから送信の報告が届くと、このページに表示されます。',
    look: '今すぐ確認',
    notice: (email) =>
      `直近のメール（${email} 宛）は、メール サービスからの応答を受け取れなかったため、送信を確認できていません。報告が届くと、履歴に送信済みとして表示されます。`,
    askFirst: '再送信する前に、メールが届いているかどうかを担当者にご確認ください。',
    firstAgain: '報告が届かない場合は、自動的にもう一度送信されます。',
    support: '送信が確認されず、メールも届かない場合は、サポート ケースを作成してください',
  },

  explain: {
    title: {
      'not-started': 'メールはまだ送信されていません',
      'point-of-no-return': '組織はすでにオンボード済みです',
      cancelled: '注文品目はキャンセルされました',
      'contact-undeliverable': 'この担当者にはメールが届きません',
      'resend-too-soon': 'メールは送信されたばかりです',
      'resend-limit-reached': 'メールの上限に達しました',
    },
    'not-started': (date) => `最初のプロビジョニング メールは、希望開始日の ${date} に自動で送信されます。`,
    due: (date) => `最初のプロビジョニング メールは ${date} に送信予定でした。まもなく自動的に送信されます。`,
    notStartedInstead: 'それまでは担当者を変更できます。メールはその時点の担当者に送信されます。',
    ponr: 'お客様の組織がこの注文に関連付けられたため、プロビジョニング メールの送信と担当者の変更はできなくなりました。',
    ponrInstead: 'プロビジョニング担当者または組織の管理者が、Control Hub で設定を完了します。',
    cancelled: 'キャンセルされた注文品目では、メールの送信も担当者の変更もできません。',
    cancelledInstead: (name) => `キャンセルが誤りの場合は、注文者の ${name} 様に再注文を依頼してください。`,
    'contact-undeliverable': (email) =>
      `${email} へのメールは配信できませんでした。アドレスが存在しないか、受信者が受け取りを拒否しています。`,
    undeliverableInstead:
      'プロビジョニング担当者を変更してください。新しいアドレスにすぐメールが送信されます。',
    'resend-too-soon': (date) => `再送信には短い間隔が必要です。次は ${date} からできます。`,
    tooSoonInstead: (email) =>
      `その間に、${email} 宛のメールが迷惑メール フォルダーにないかも含めて確認するよう、担当者に依頼してください。`,
    'resend-limit-reached': (date) =>
      `1 つの品目で 24 時間に送信できる数のメールを送信しました。次は ${date} からできます。`,
    limitForGood: '1 つの品目で送信できる数のメールをすべて送信しました。これ以上は送信されません。',
    limitInstead: (email) => `別の方法で担当者に連絡し、${email} 宛のメールを探すよう依頼してください。`,
    changeContact: '担当者を変更',
    nothingSent: '何も送信されませんでした。',
    nothingSaved: '何も保存されませんでした。',
  },

  contactDialog: {
    title: 'プロビジョニング担当者の編集',
    email: '新しいメールアドレス',
    emailHint: '例: jane@example.com',
    name: '氏名',
    nameHint: '任意。空欄にすると、氏名は登録されません。',
    locale: 'メールの言語',
    all: (count) => `すべての品目に適用（${count} 件）`,
    allLabel: 'すべての品目に適用',
    allSkips: (lines) => `変更できないため除外される品目: ${lines}`,
    sendsAtOnce:
      '新しいアドレスを保存すると、そのアドレスにすぐプロビジョニング メールが送信されます。氏名または言語だけを変更した場合、メールは送信されません。期限は変わりません。',
    sendsLater: (date) =>
      `保存してもメールはまだ送信されません。プロビジョニング メールは ${date} に担当者へ送信されます。`,
    save: '保存',
    wrongTitle: '入力内容を確認してください',
    wrong: {
      email: 'メールアドレスを 1 つ、半角英数字で入力してください。例: jane@example.com',
      name: '氏名は改行やタグを含まない 200 文字以内の文字で入力してください。',
      locale: '言語を選択してください。',
    },
    confirmAgain: '入力内容を確認して、もう一度保存してください。まだ何も保存されていません。',
    keptForYou:
      'サインインし直しました。入力した内容はここに残っています。確認して、もう一度保存してください。',
    refused: {
      'contact-undeliverable': 'このアドレスにはメールが届きません。別のアドレスを入力してください。',
      'resend-too-soon': 'この品目の別のメールを送信中です。1 分後にもう一度お試しください。',
    },
    savedTitle: '担当者を変更しました',
    unchangedTitle: '変更はありません',
    unchanged: (email) =>
      `担当者（${email}）の氏名、言語とも入力内容と同じため、変更も送信も行っていません。もう一度送信するには［再送信］を使ってください。`,
    sent: (lines, email) => `${lines}: プロビジョニング メールを ${email} に送信しました。`,
    saved: (lines, email) => `${lines}: プロビジョニング メールは希望開始日に ${email} へ送信されます。`,
    savedQuietly: (lines) => `${lines}: 保存しました。メールは送信していません。`,
    kept: (lines, email) => `${lines}: 担当者はすでに ${email} でした。`,
    skippedTitle: '除外された品目',
    skipped: (lines, why) => `${lines}: ${why}`,
    line: (lineId) => `品目 ${lineId}`,
    andMore: (count) => `ほか ${count} 件`,
    skippedWhy: {
      'point-of-no-return': '組織はすでにオンボード済みです。',
      cancelled: '注文品目はキャンセルされています。',
      'contact-undeliverable': 'このアドレスにはメールが届きません。',
      'resend-limit-reached': 'メールの上限に達しています。',
      'resend-too-soon': '別のメールを送信中でした。1 分後にもう一度お試しください。',
      'email-not-sent': 'メール サービスがメールを受け付けませんでした。もう一度お試しください。',
      'email-unconfirmed':
        'メール サービスからの応答を受け取れず、送信を確認できていません。担当者の変更は、送信が確認された時点で反映されます。もう一度試す前に、メールが届いているかどうかを担当者にご確認ください。',
      other: '変更できませんでした。',
    },
  },

  noAccess: {
    title: 'アクセス権がありません',
    text: 'お使いのアカウントではこの操作はできません。注文者にお問い合わせください。',
    name: '氏名',
    email: 'メールアドレス',
    noRole: 'お使いのアカウントにはまだ権限がないため、表示できるものがありません。',
    noRoleInstead:
      '会社のアカウント管理者に「view」または「resend」の権限を依頼してください。次の内容を伝えてください。',
    account: 'お使いのアカウント',
    signOutInstead: 'サインアウトして、別のアカウントでサインインすることもできます。',
  },

  errors: {
    notFoundTitle: 'ここには何もありません',
    notFound:
      'このページは存在しないか、お客様のパートナーのものではない注文のページです。アドレスを確認するか、注文を検索してください。',
    cursorTitle: 'この一覧のページは表示できません',
    cursor: 'ページのアドレスが不完全です。最初のページから始めてください。',
    forbiddenTitle: '受け付けられませんでした',
    forbidden:
      'このコンソールのページからの要求ではないため、何も実行されませんでした。ページを開き直して、もう一度操作してください。',
    tooLargeTitle: '入力が大きすぎます',
    tooLarge:
      'フォームの内容が受け付けられる大きさを超えています。何も実行されていません。戻って入力を減らしてください。',
    internalTitle: 'サービスで問題が発生しました',
    internal:
      'しばらくしてからもう一度お試しください。繰り返す場合は、この照会番号を管理者に伝えてください。',
    sessionEndedTitle: 'セッションが終了しました',
    sessionEnded: '時間が経過したため、もう一度サインインしてください。何も送信・保存されていません。',
    sessionEndedKept:
      '入力した内容は保持されています。サインインすると再び表示されるので、そこで確認してください。',
    signInUnreachableTitle: 'サインイン サービスが応答しません',
    signInUnreachable: '現在、サインイン サービスに接続できません。しばらくしてからもう一度お試しください。',
    signInUnfinishedTitle: 'サインインが完了しませんでした',
    signInUnfinished:
      '時間がかかりすぎたか、中断されたか、別のウィンドウで開始されました。もう一度始めてください。',
    accountTitle: 'このアカウントは使用できません',
    account:
      'サインイン サービスから、このコンソールに必要な情報が得られませんでした。管理者にお問い合わせください。',
    toOrders: '注文へ',
    retry: 'もう一度試す',
  },

  signOutPage: {
    title: 'サインアウトしました',
    text: 'このウィンドウを閉じてもかまいません。',
    again: 'もう一度サインイン',
    confirmTitle: 'サインアウトしますか?',
    confirm: '注文を見るには、もう一度サインインが必要になります。',
    goingTitle: 'サインアウトしています…',
    going: 'ここではサインアウトしました。何も起こらない場合は、サインイン サービスで完了してください。',
    goOn: 'サインアウトを完了',
  },
};
